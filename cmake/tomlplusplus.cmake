# Imported target tomlplusplus::tomlplusplus: headers alone, as toml++/toml.hpp since version 3.4 and
# toml++/toml.h before it. Not every package of them has a configuration for CMake.
find_path(TOMLPLUSPLUS_INCLUDE_DIR NAMES toml++/toml.hpp toml++/toml.h)
if(NOT TOMLPLUSPLUS_INCLUDE_DIR)
  message(FATAL_ERROR "toml++ was not found: install libtomlplusplus-dev")
endif()
add_library(tomlplusplus::tomlplusplus INTERFACE IMPORTED)
target_include_directories(tomlplusplus::tomlplusplus SYSTEM INTERFACE ${TOMLPLUSPLUS_INCLUDE_DIR})
