# Imported target sqlite3::sqlite3. CMake's own module has it under another name in older versions.
find_path(SQLITE3_INCLUDE_DIR NAMES sqlite3.h)
find_library(SQLITE3_LIBRARY NAMES sqlite3)
if(NOT SQLITE3_INCLUDE_DIR OR NOT SQLITE3_LIBRARY)
  message(FATAL_ERROR "SQLite was not found: install libsqlite3-dev")
endif()
add_library(sqlite3::sqlite3 UNKNOWN IMPORTED)
set_target_properties(sqlite3::sqlite3 PROPERTIES IMPORTED_LOCATION ${SQLITE3_LIBRARY})
target_include_directories(sqlite3::sqlite3 SYSTEM INTERFACE ${SQLITE3_INCLUDE_DIR})
