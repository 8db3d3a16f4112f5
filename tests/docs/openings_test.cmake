# The test of openings must see a planted fault: cmake -DOPENINGS=<openings.cmake> -DWORK=<folder> -P this
cmake_minimum_required(VERSION 3.25)

# A tree with one long source that has its comment, and `file` with this first line and so many lines in all.
function(check_tree file first lines expected)
  file(REMOVE_RECURSE "${WORK}")
  string(REPEAT "int x[] = {0};\n\n" 60 long)
  file(WRITE "${WORK}/models/known.cpp" "// What it is for.\n${long}")
  math(EXPR rest "${lines} - 1")
  string(REPEAT "// comment; and [more]\n" ${rest} body)
  file(WRITE "${WORK}/${file}" "${first}\n${body}")
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${WORK} -P ${OPENINGS}
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(expected STREQUAL "clean" AND NOT status EQUAL 0)
    message(FATAL_ERROR "${file}, ${lines} lines from ${first}: wanted no fault, got ${output}")
  elseif(NOT expected STREQUAL "clean" AND (status EQUAL 0 OR NOT output MATCHES "${expected}"))
    message(FATAL_ERROR "${file}, ${lines} lines from ${first}: wanted \"${expected}\", got ${output}")
  endif()
endfunction()

check_tree("tasks/ask/a.cpp" "// What it is for." 81 clean)
check_tree("tasks/ask/a.cpp" "#include <x>" 80 clean)
check_tree("tasks/ask/a.hpp" "#pragma once" 200 clean)
check_tree("tools/a.cpp" "#include <x>" 200 clean)
check_tree("tasks/ask/a.cpp" "#include <x>" 81 "tasks/ask/a.cpp: 81 lines")
check_tree("base/a.cpp" "" 100 "base/a.cpp: 100 lines")
check_tree("harness/run/a.cpp" "namespace a {" 300 "harness/run/a.cpp: 300 lines")
file(REMOVE_RECURSE "${WORK}")
