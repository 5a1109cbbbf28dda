# COIN-OR's solver of integer linear programs from the distribution (coinor-libcbc-dev): target Cbc::Cbc, by its C interface.
find_path(Cbc_INCLUDE_DIR Cbc_C_Interface.h PATH_SUFFIXES coin coin-or)
find_library(Cbc_SOLVER_LIBRARY CbcSolver)
find_library(Cbc_LIBRARY Cbc)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Cbc REQUIRED_VARS Cbc_SOLVER_LIBRARY Cbc_LIBRARY Cbc_INCLUDE_DIR)
mark_as_advanced(Cbc_INCLUDE_DIR Cbc_SOLVER_LIBRARY Cbc_LIBRARY)
if(Cbc_FOUND AND NOT TARGET Cbc::Cbc)
  add_library(Cbc::Cbc UNKNOWN IMPORTED)
  set_target_properties(Cbc::Cbc PROPERTIES IMPORTED_LOCATION "${Cbc_SOLVER_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${Cbc_INCLUDE_DIR}" INTERFACE_LINK_LIBRARIES "${Cbc_LIBRARY}")
endif()
