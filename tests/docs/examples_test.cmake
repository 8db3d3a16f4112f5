# The test of examples must see a planted change: cmake -DEXAMPLES=<examples.cmake> -DWORK=<folder> -P this
cmake_minimum_required(VERSION 3.25)

# Runs the check on a tree of one guide and one source.
function(check_tree guide source expected)
  file(REMOVE_RECURSE "${WORK}")
  file(WRITE "${WORK}/docs/adding-a-thing.md" "${guide}")
  file(WRITE "${WORK}/base/thing.cpp" "${source}")
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${WORK} -P ${EXAMPLES}
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  if(expected STREQUAL "clean" AND NOT status EQUAL 0)
    message(FATAL_ERROR "wanted no fault, got ${output}")
  elseif(NOT expected STREQUAL "clean" AND (status EQUAL 0 OR NOT output MATCHES "${expected}"))
    message(FATAL_ERROR "wanted \"${expected}\", got ${output}")
  endif()
endfunction()

set(source "// A thing.\nint a[] = {1; 2};\n\nint b;  // \"\\n\" [é]\nint c;\n")
set(block "int a[] = {1; 2};\n\nint b;  // \"\\n\" [é]\n")
set(text "# Adding\n\n```\n./run-tests\n```\n\n")
check_tree("${text}```cpp base/thing.cpp\n${block}```\nMore.\n" "${source}" clean)
check_tree("```cpp base/thing.cpp\n${source}```\n" "${source}" clean)

string(REPLACE "1; 2" "1; 3" changed "${source}")
check_tree("${text}```cpp base/thing.cpp\n${block}```\n" "${changed}" "the block is not in base/thing.cpp")
string(REPLACE "\n\n" "\n" changed "${source}")
check_tree("${text}```cpp base/thing.cpp\n${block}```\n" "${changed}" "the block is not in base/thing.cpp")
check_tree("```cpp base/thing.cpp\nb;  // \"\\n\" [é]\n```\n" "${source}" "the block is not in base/thing.cpp")
check_tree("```cpp base/thing.cpp\nint c\n```\n" "${source}" "the block is not in base/thing.cpp")
check_tree("```cpp base/other.cpp\nint c;\n```\n" "${source}" "there is no base/other.cpp")
check_tree("${text}```cpp\nint c;\n```\n" "${source}" "names no file")
check_tree("${text}" "${source}" "wanted a worked example")
check_tree("```cpp base/thing.cpp\nint c;\n" "${source}" "is not closed")
# The second of two blocks.
check_tree("```cpp base/thing.cpp\nint c;\n```\n\n```cpp base/thing.cpp\nint d;\n```\n" "${source}"
           "the block is not in base/thing.cpp")
file(REMOVE_RECURSE "${WORK}")
