# Imported target lbfgs::lbfgs: liblbfgs, which brings no configuration for CMake.
find_path(LBFGS_INCLUDE_DIR NAMES lbfgs.h)
find_library(LBFGS_LIBRARY NAMES lbfgs)
if(NOT LBFGS_INCLUDE_DIR OR NOT LBFGS_LIBRARY)
  message(FATAL_ERROR "liblbfgs was not found: install liblbfgs-dev")
endif()
add_library(lbfgs::lbfgs UNKNOWN IMPORTED)
set_target_properties(lbfgs::lbfgs PROPERTIES IMPORTED_LOCATION ${LBFGS_LIBRARY})
target_include_directories(lbfgs::lbfgs SYSTEM INTERFACE ${LBFGS_INCLUDE_DIR})
