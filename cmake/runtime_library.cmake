# libtnn_runtime.so: the C interface of lib/runtime, with CMake package (find_package(tnn-runtime), target tnn::runtime) and pkg-config file,
# and the modules of engines that were built.
#   cmake --install BUILD --component runtime --prefix DIR
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(exports ${CMAKE_SOURCE_DIR}/cmake/tnn_runtime.map)
add_library(tnn_runtime_library SHARED runtime/tnn_runtime.cpp control/tnn_controller.cpp control/tnn_governor.cpp)
target_link_libraries(tnn_runtime_library PRIVATE tnn_control)
target_compile_options(tnn_runtime_library PRIVATE ${TNN_WARNINGS})
target_link_options(tnn_runtime_library PRIVATE "LINKER:--version-script=${exports}")
target_include_directories(tnn_runtime_library INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
  $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/runtime>)
set_target_properties(tnn_runtime_library PROPERTIES OUTPUT_NAME tnn_runtime EXPORT_NAME runtime VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR} CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON LINK_DEPENDS ${exports})

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/tnn-runtime)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/tnn-runtime-config-version.cmake COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH TNN_INCLUDE_FROM_LIB /${CMAKE_INSTALL_LIBDIR} /${CMAKE_INSTALL_INCLUDEDIR})
configure_file(${CMAKE_SOURCE_DIR}/cmake/tnn-runtime.pc.in ${CMAKE_CURRENT_BINARY_DIR}/tnn-runtime.pc @ONLY)
install(TARGETS tnn_runtime_library EXPORT tnn-runtime
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT runtime)
install(FILES runtime/tnn_runtime.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT runtime)
install(EXPORT tnn-runtime FILE tnn-runtime-config.cmake NAMESPACE tnn:: DESTINATION ${package_folder} COMPONENT runtime)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tnn-runtime-config-version.cmake DESTINATION ${package_folder} COMPONENT runtime)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tnn-runtime.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT runtime)

if(BUILD_TESTING)
  set(consumer_flags "")
  if(TNN_SANITIZE)
    set(consumer_flags -fsanitize=${TNN_SANITIZE})
  endif()
  set(engine_modules "")
  if(TNN_ONEDNN)
    set(engine_modules onednn)
  endif()
  add_test(NAME runtime_library_is_installed_and_found COMMAND ${CMAKE_COMMAND}
    -DBUILD=${CMAKE_BINARY_DIR} -DSOURCE=${CMAKE_SOURCE_DIR}/tests/runtime/consumer -DWORK=${CMAKE_CURRENT_BINARY_DIR}/consumer
    -DENGINES=${engine_modules} -DC_COMPILER=${CMAKE_C_COMPILER} -DC_FLAGS=${consumer_flags} -DGENERATOR=${CMAKE_GENERATOR} -DMAKE_PROGRAM=${CMAKE_MAKE_PROGRAM}
    -P ${CMAKE_SOURCE_DIR}/tests/runtime/consumer/install_and_use.cmake)
  set_tests_properties(runtime_library_is_installed_and_found PROPERTIES LABELS runtime TIMEOUT 300)
endif()
