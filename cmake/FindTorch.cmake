# FindTorch.cmake: LibTorch from an unpacked torch wheel (or a libtorch zip), without nvcc and without TorchConfig.cmake.
#
# In:  TORCH_ROOT (cache or environment): the folder that holds include/ and lib/.
#      Default: $TNN_DEPS/site/torch, then <source>/.deps/site/torch, then the torch of python3.
# Out: Torch::headers, Torch::c10, Torch::cpu (never libtorch_cuda.so); with component CUDA also Torch::cudart, Torch::c10_cuda, Torch::cuda.
#      Torch_VERSION, Torch_VERSION_FULL, Torch_CUDA_VERSION, Torch_LIBRARY_DIR, Torch_RPATH
include(FindPackageHandleStandardArgs)

if(NOT TORCH_ROOT)
  foreach(_folder "$ENV{TORCH_ROOT}" "$ENV{TNN_DEPS}/site/torch" "${CMAKE_SOURCE_DIR}/.deps/site/torch")
    if(NOT TORCH_ROOT AND EXISTS "${_folder}/include/ATen/ATen.h")
      set(TORCH_ROOT "${_folder}")
    endif()
  endforeach()
endif()
if(NOT TORCH_ROOT)
  execute_process(COMMAND python3 -c
    "import importlib.util as u;s=u.find_spec('torch');print(s.submodule_search_locations[0] if s else '')"
    OUTPUT_VARIABLE _python_torch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(_python_torch)
    set(TORCH_ROOT "${_python_torch}")
  endif()
endif()
set(TORCH_ROOT "${TORCH_ROOT}" CACHE PATH "LibTorch (the folder that holds include/ and lib/)")

find_path(Torch_INCLUDE_DIR NAMES ATen/ATen.h HINTS "${TORCH_ROOT}/include" NO_DEFAULT_PATH)
foreach(_name c10 torch_cpu c10_cuda torch_cuda)
  find_library(Torch_${_name}_LIBRARY NAMES ${_name} HINTS "${TORCH_ROOT}/lib" NO_DEFAULT_PATH)
  mark_as_advanced(Torch_${_name}_LIBRARY)
endforeach()
mark_as_advanced(Torch_INCLUDE_DIR)

if(Torch_INCLUDE_DIR)
  file(STRINGS "${Torch_INCLUDE_DIR}/torch/headeronly/version.h" _lines REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE ".*MAJOR +([0-9]+).*MINOR +([0-9]+).*PATCH +([0-9]+).*" "\\1.\\2.\\3" Torch_VERSION "${_lines}")
  set(Torch_VERSION_FULL "${Torch_VERSION}")
  if(EXISTS "${TORCH_ROOT}/version.py")
    file(STRINGS "${TORCH_ROOT}/version.py" _lines REGEX "^(__version__|cuda)")
    if("${_lines}" MATCHES "__version__ = '([^']+)'")
      set(Torch_VERSION_FULL "${CMAKE_MATCH_1}")
    endif()
    if("${_lines}" MATCHES "cuda[^=]*= '([^']+)'")
      set(Torch_CUDA_VERSION "${CMAKE_MATCH_1}")
    endif()
  endif()
  get_filename_component(_site "${TORCH_ROOT}" DIRECTORY)
  file(GLOB _nvidia LIST_DIRECTORIES true "${_site}/nvidia/*/lib")
  set(Torch_LIBRARY_DIR "${TORCH_ROOT}/lib")
  set(Torch_RPATH "${Torch_LIBRARY_DIR}")
endif()

set(Torch_CUDA_FOUND FALSE)
if(Torch_torch_cuda_LIBRARY AND Torch_c10_cuda_LIBRARY)
  # the wheels' headers and run time first: those of the machine's toolkit may be of another version
  find_path(Torch_CUDART_INCLUDE_DIR cuda_runtime_api.h
    HINTS "${_site}/nvidia/cu13/include" "$ENV{CUDA_HOME}/include" /usr/local/cuda/include)
  find_library(Torch_CUDART_LIBRARY NAMES libcudart.so.13 cudart
    HINTS ${_nvidia} "$ENV{CUDA_HOME}/lib64" /usr/local/cuda/lib64)
  mark_as_advanced(Torch_CUDART_INCLUDE_DIR Torch_CUDART_LIBRARY)
  if(Torch_CUDART_INCLUDE_DIR AND Torch_CUDART_LIBRARY)
    set(Torch_CUDA_FOUND TRUE)
  endif()
endif()

find_package_handle_standard_args(Torch
  REQUIRED_VARS Torch_torch_cpu_LIBRARY Torch_c10_LIBRARY Torch_INCLUDE_DIR
  VERSION_VAR Torch_VERSION HANDLE_COMPONENTS)

if(Torch_FOUND AND NOT TARGET Torch::headers)
  find_package(Threads REQUIRED)
  add_library(Torch::headers INTERFACE IMPORTED)
  set_target_properties(Torch::headers PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${Torch_INCLUDE_DIR};${Torch_INCLUDE_DIR}/torch/csrc/api/include"
    INTERFACE_COMPILE_DEFINITIONS "_GLIBCXX_USE_CXX11_ABI=1;USE_DISTRIBUTED")
  # What a linker must be able to look up without linking it: nothing is put on our list of needed libraries.
  set(_rpath_link "")
  foreach(_folder ${_nvidia})
    list(APPEND _rpath_link "LINKER:-rpath-link,${_folder}")
  endforeach()
  add_library(Torch::c10 SHARED IMPORTED)
  set_target_properties(Torch::c10 PROPERTIES IMPORTED_LOCATION "${Torch_c10_LIBRARY}" IMPORTED_SONAME libc10.so
    INTERFACE_LINK_LIBRARIES "Torch::headers;Threads::Threads")
  add_library(Torch::cpu SHARED IMPORTED)
  set_target_properties(Torch::cpu PROPERTIES IMPORTED_LOCATION "${Torch_torch_cpu_LIBRARY}" IMPORTED_SONAME libtorch_cpu.so
    INTERFACE_LINK_LIBRARIES "Torch::headers;Torch::c10;Threads::Threads"
    INTERFACE_LINK_OPTIONS "${_rpath_link}")
  if(Torch_CUDA_FOUND)
    add_library(Torch::cudart SHARED IMPORTED)
    set_target_properties(Torch::cudart PROPERTIES IMPORTED_LOCATION "${Torch_CUDART_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${Torch_CUDART_INCLUDE_DIR}")
    add_library(Torch::c10_cuda SHARED IMPORTED)
    set_target_properties(Torch::c10_cuda PROPERTIES IMPORTED_LOCATION "${Torch_c10_cuda_LIBRARY}" IMPORTED_SONAME libc10_cuda.so
      INTERFACE_LINK_LIBRARIES "Torch::c10;Torch::cudart")
    add_library(Torch::cuda SHARED IMPORTED)
    set_target_properties(Torch::cuda PROPERTIES IMPORTED_LOCATION "${Torch_torch_cuda_LIBRARY}" IMPORTED_SONAME libtorch_cuda.so
      INTERFACE_LINK_LIBRARIES "Torch::cpu;Torch::c10_cuda"
      INTERFACE_LINK_OPTIONS "${_rpath_link};LINKER:--allow-shlib-undefined")
  endif()
endif()
