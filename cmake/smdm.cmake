# Compiler settings of every target, and the functions that declare the project's targets.
add_library(smdm_options INTERFACE)
target_compile_features(smdm_options INTERFACE cxx_std_20)
target_include_directories(smdm_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(smdm_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion>
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${SMDM_WERROR}>>:-Werror>)
if(SMDM_SANITIZE)
  target_compile_options(smdm_options INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer)
  target_link_options(smdm_options INTERFACE -fsanitize=address,undefined)
endif()

# For code that waits for the model or reads files, and for the tests' own: what it costs to compile
# counts for more than how fast it runs. No number depends on it.
add_library(smdm_quick_to_compile INTERFACE)
target_compile_options(smdm_quick_to_compile INTERFACE $<$<CONFIG:Release>:-O1>)

# smdm_library(NAME <name> SOURCES ... HEADERS ... LINK ...): static library smdm_<name>, whose
# headers are checked to compile alone (target all_verify_interface_header_sets).
function(smdm_library)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;HEADERS;LINK" ${ARGN})
  set(target smdm_${ARG_NAME})
  add_library(${target} STATIC ${ARG_SOURCES})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HEADERS})
  target_link_libraries(${target} PUBLIC smdm_options ${ARG_LINK})
endfunction()

# smdm_tests(NAME <folder> SOURCES <file>_test.cpp ... LINK ... [LONGEST ...] [OWN_HEADER]): one program
# test_<folder>, and one ctest test per source file. A file that had to skip a case and failed none is
# shown as skipped. The LONGEST begin first, so that none is left to run alone at the end. OWN_HEADER
# leaves the precompiled header of all tests out.
function(smdm_tests)
  cmake_parse_arguments(ARG "OWN_HEADER" "NAME" "SOURCES;LINK;LONGEST" ${ARGN})
  set(target test_${ARG_NAME})
  set(sources ${ARG_SOURCES})
  list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/tests/${ARG_NAME}/)
  add_executable(${target} ${sources} $<TARGET_OBJECTS:smdm_test_main>)
  target_link_libraries(${target} PRIVATE smdm_options smdm_quick_to_compile smdm_test_support ${ARG_LINK})
  if(NOT ARG_OWN_HEADER)
    target_precompile_headers(${target} REUSE_FROM smdm_test_support)
  endif()
  foreach(source ${ARG_SOURCES})
    string(REPLACE ".cpp" "" file ${source})
    add_test(NAME ${ARG_NAME}/${file} COMMAND ${target} -\# "[#${file}]~[long]~[regenerate]")
    set_tests_properties(${ARG_NAME}/${file} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900)
    if(source IN_LIST ARG_LONGEST)
      set_tests_properties(${ARG_NAME}/${file} PROPERTIES COST 100)
    endif()
  endforeach()
endfunction()

# smdm_peer_test(NAME <folder>/<test> SCRIPT <file>.py PROGRAM <program> LINK ... [ANY_PYTHON]
# [ARGUMENTS ...]): <program>.cpp prints what the project computes, and the script compares it with another
# program's numbers. The program is built along with test_<folder>, so that whoever builds only the tests
# of one folder can run this one too. ANY_PYTHON: the script needs no packages.
function(smdm_peer_test)
  cmake_parse_arguments(ARG "ANY_PYTHON" "NAME;SCRIPT;PROGRAM" "LINK;ARGUMENTS" ${ARGN})
  string(REGEX REPLACE "/.*" "" folder ${ARG_NAME})
  add_executable(${ARG_PROGRAM} ${ARG_PROGRAM}.cpp)
  target_link_libraries(${ARG_PROGRAM} PRIVATE smdm_options smdm_quick_to_compile ${ARG_LINK})
  add_dependencies(test_${folder} ${ARG_PROGRAM})
  add_test(NAME ${ARG_NAME}
    COMMAND ${PROJECT_SOURCE_DIR}/tests/support/with_python.sh $<$<BOOL:${ARG_ANY_PYTHON}>:--any>
      ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SCRIPT} $<TARGET_FILE:${ARG_PROGRAM}> ${ARG_ARGUMENTS}
    COMMAND_EXPAND_LISTS)
  set_tests_properties(${ARG_NAME} PROPERTIES SKIP_RETURN_CODE 77 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
endfunction()
