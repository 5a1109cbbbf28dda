# libtnn_onednn_engine.so: the engine `onednn` of the runtime, loaded at run time by lib/runtime/engine_module.cpp.
file(GLOB onednn_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/runtime/onednn/*.cpp)
add_library(tnn_onednn_engine MODULE ${onednn_sources})
target_link_libraries(tnn_onednn_engine PRIVATE tnn_runtime OneDnn::OneDnn)
target_link_options(tnn_onednn_engine PRIVATE LINKER:--exclude-libs,ALL)  # its copies of what it shares with the program stay its own
target_compile_options(tnn_onednn_engine PRIVATE ${TNN_WARNINGS})
set_target_properties(tnn_onednn_engine PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
install(TARGETS tnn_onednn_engine LIBRARY DESTINATION bin)
install(TARGETS tnn_onednn_engine LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)  # beside libtnn_runtime.so
if(BUILD_TESTING)
  add_dependencies(tnn_runtime_tests tnn_onednn_engine)  # they ask for every engine that is there
endif()
