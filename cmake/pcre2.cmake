# Imported target pcre2::pcre2, the system's PCRE2 for bytes. CMake's own search finds no module of it, and
# Debian's package brings no CMake files.
find_path(PCRE2_INCLUDE_DIR pcre2.h)
find_library(PCRE2_LIBRARY pcre2-8)
if(NOT PCRE2_INCLUDE_DIR OR NOT PCRE2_LIBRARY)
  message(FATAL_ERROR "PCRE2 was not found: install libpcre2-dev")
endif()
add_library(pcre2::pcre2 UNKNOWN IMPORTED)
set_target_properties(pcre2::pcre2 PROPERTIES
    IMPORTED_LOCATION ${PCRE2_LIBRARY}
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${PCRE2_INCLUDE_DIR})
