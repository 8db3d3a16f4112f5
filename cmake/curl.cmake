# Imported target curl::curl. The module that comes with CMake asks curl-config, which some packages lack.
find_path(CURL_INCLUDE_DIR NAMES curl/curl.h)
find_library(CURL_LIBRARY NAMES curl)
if(NOT CURL_INCLUDE_DIR OR NOT CURL_LIBRARY)
  message(FATAL_ERROR "libcurl was not found: install libcurl4-openssl-dev")
endif()
add_library(curl::curl UNKNOWN IMPORTED)
set_target_properties(curl::curl PROPERTIES IMPORTED_LOCATION ${CURL_LIBRARY})
target_include_directories(curl::curl SYSTEM INTERFACE ${CURL_INCLUDE_DIR})
