# Imported target valijson::valijson: headers alone. Its package's own target adds them as headers of the
# project, whose warnings then count.
find_path(VALIJSON_INCLUDE_DIR NAMES valijson/validator.hpp)
if(NOT VALIJSON_INCLUDE_DIR)
  message(FATAL_ERROR "valijson was not found: install libvalijson-dev")
endif()
add_library(valijson::valijson INTERFACE IMPORTED)
target_include_directories(valijson::valijson SYSTEM INTERFACE ${VALIJSON_INCLUDE_DIR})
