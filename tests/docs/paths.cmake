# Checks that every source file that a page or a comment names is there:
# cmake -DROOT=<tree> -P paths.cmake
# CHANGELOG.md is left out: it speaks of files as they were.
cmake_minimum_required(VERSION 3.25)

set(folders base models evaluators tasks results harness training microworld tests docs tools cmake)
list(JOIN folders "|" any_folder)
# A path from the top of the tree, with the ending of a source or a page.
set(path_pattern "(${any_folder})/[A-Za-z0-9_./-]*[A-Za-z0-9_]\\.(hpp|cpp|cu|md|py|sh|cmake|svg|cff|toml)")

set(faults "")
set(checked 0)

# One line of a page or a comment.
function(check_line file line)
  string(REGEX MATCHALL "(^|[^A-Za-z0-9_./<>{}*~@-])${path_pattern}" found "${line}")
  foreach(match ${found})
    string(REGEX MATCH "${path_pattern}" path "${match}")
    math(EXPR checked "${checked} + 1")
    if(NOT EXISTS "${ROOT}/${path}")
      set(faults "${faults}\n  ${file}: names ${path}, which is not there")
    endif()
  endforeach()
  set(faults "${faults}" PARENT_SCOPE)
  set(checked "${checked}" PARENT_SCOPE)
endfunction()

# Reads the lines that match; list separators inside a line would cut it in two.
function(check_file file pattern)
  file(STRINGS "${ROOT}/${file}" lines REGEX "${pattern}")
  foreach(line IN LISTS lines)
    check_line("${file}" "${line}")
  endforeach()
  set(faults "${faults}" PARENT_SCOPE)
  set(checked "${checked}" PARENT_SCOPE)
endfunction()

file(GLOB pages RELATIVE "${ROOT}" "${ROOT}/README.md" "${ROOT}/docs/*.md")
foreach(page ${pages})
  check_file("${page}" "/")
endforeach()
foreach(folder ${folders})
  file(GLOB_RECURSE sources RELATIVE "${ROOT}" "${ROOT}/${folder}/*.[hc]pp" "${ROOT}/${folder}/*.cu")
  foreach(source ${sources})
    check_file("${source}" "//.*/")
  endforeach()
endforeach()

if(checked EQUAL 0)
  message(FATAL_ERROR "paths: nothing under ${ROOT} names a file")
elseif(NOT faults STREQUAL "")
  message(FATAL_ERROR "paths:${faults}")
endif()
message(STATUS "paths: ${checked} mentions of files, all of which are there")
