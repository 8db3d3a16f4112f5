# Checks that every folder includes only what its layer may: cmake -DROOT=<tree> -P layering.cmake
# Paths of the project's own headers start at the top of the tree, so the first folder names the layer.
cmake_minimum_required(VERSION 3.25)

# What each folder may include of the project: folders, or folders of folders. Files of base/ that lie in
# no folder of it stand under all others (base_); the folders of base/ are layers themselves.
set(base_ base/error.hpp base/json.hpp base/request.hpp)
set(layer_base_ ${base_})
set(layer_base_text ${base_} base/text)
set(layer_base_files ${base_} base/text base/files)
set(layer_base_numbers ${base_} base/numbers)
set(layer_base_metrics ${base_} base/text base/numbers base/metrics)
set(layer_models base models)
set(layer_evaluators base models evaluators)
set(layer_tasks base tasks)
set(layer_results base results)
set(layer_training base models training)
set(layer_microworld base microworld)
set(layer_harness base harness models evaluators tasks results training microworld)
set(folders base models evaluators tasks results training microworld harness)

# Which folders may include a library: a pattern of the header's name, then the folders.
set(libraries torch sentencepiece pcre2 cli toml json valijson crypto zlib catch)
set(pattern_torch "^(torch|ATen|c10|c10d|caffe2|cuda|cuda_runtime|nccl)[/.]")
set(users_torch models evaluators training harness)
set(pattern_sentencepiece "^sentencepiece")
set(users_sentencepiece models microworld)
set(pattern_pcre2 "^pcre2")
set(users_pcre2 models)
set(pattern_cli "^CLI/")
set(users_cli harness)
set(pattern_toml "^toml\\+\\+/")
set(users_toml harness)
set(pattern_json "^nlohmann/")
set(users_json base models tasks results training microworld harness)
set(pattern_valijson "^valijson/")
set(users_valijson results)
set(pattern_crypto "^openssl/")
set(users_crypto base)
set(pattern_zlib "^(zlib|zconf)\\.h$")
set(users_zlib base)
set(pattern_catch "^catch2/")
set(users_catch)  # tests only

# The command line, which must start without LibTorch: beginnings of files that reach none of its headers,
# neither themselves nor through headers of the project.
set(without_torch harness/cli/ harness/bench/options. harness/train/options. harness/jobs/input_lines.
    harness/jobs/list_tasks. harness/jobs/rescore. harness/settings/generation_rows. harness/settings/likelihood_rows.
    harness/settings/refuse.
    harness/settings/setting. harness/settings/table.)

# Files are opened, looked at, named and removed in base/files alone: there outputs never replace a device
# or a link, no reader waits for a pipe that nobody writes, and what the system refuses has its reason.
set(file_calls
    "(^|[^A-Za-z0-9_.>])(open|openat|creat|fopen|freopen|gzopen|opendir|rename|renameat|renameat2|unlink|mkdir|rmdir|mkfifo|mmap|symlink|truncate)\\("
    "(^|[^A-Za-z0-9_])[io]?fstream"
    "(fs|filesystem)::(exists|is_[a-z_]+|status|symlink_status|canonical|weakly_canonical|absolute|relative|proximate|directory_iterator|recursive_directory_iterator|create_[a-z_]+|remove|remove_all|rename|file_size|last_write_time|current_path|read_symlink|copy|copy_file|equivalent|temp_directory_path|space|permissions)\\(")

set(faults "")
set(checked 0)

function(fault file text)
  set(faults "${faults}\n  ${file}: ${text}" PARENT_SCOPE)
endfunction()

# The layer of a file: its top folder, in base/ with the folder below it.
function(layer_of file result)
  string(REGEX MATCH "^[^/]*" top "${file}")
  if(file MATCHES "^base/([^/]*)/")
    set(top "base_${CMAKE_MATCH_1}")
  elseif(top STREQUAL "base")
    set(top base_)
  endif()
  set(${result} "${top}" PARENT_SCOPE)
endfunction()

# One #include of a header of the project.
function(check_own file header)
  layer_of("${file}" layer)
  foreach(allowed ${layer_${layer}})
    if(header STREQUAL allowed OR header MATCHES "^${allowed}/")
      return()
    endif()
  endforeach()
  string(REPLACE ";" ", " allowed "${layer_${layer}}")
  string(REPLACE "_" "/" room "${layer}")
  string(REGEX REPLACE "/$" "" room "${room}")
  set(faults "${faults}\n  ${file}: includes \"${header}\"; ${room}/ may include ${allowed}" PARENT_SCOPE)
endfunction()

# One #include of a library, in either form of quotes.
function(check_library folder file header)
  foreach(library ${libraries})
    if(header MATCHES "${pattern_${library}}" AND
       NOT folder IN_LIST users_${library})
      fault("${file}" "includes <${header}>, which ${folder}/ may not use there")
    endif()
  endforeach()
  set(faults "${faults}" PARENT_SCOPE)
endfunction()

# The headers of the project through which a file reaches LibTorch, the file first; empty if it does not.
function(way_to_torch file result)
  foreach(line ${includes_of_${file}})
    if(line MATCHES "include[ \t]*[<\"]([^>\"]+)[>\"]")
      set(header "${CMAKE_MATCH_1}")
      if(header MATCHES "${pattern_torch}")
        set(${result} "${file}" PARENT_SCOPE)
        return()
      endif()
      get_property(seen GLOBAL PROPERTY "seen_${header}")
      if(NOT seen)
        set_property(GLOBAL PROPERTY "seen_${header}" ON)
        way_to_torch("${header}" way)
        if(way)
          set(${result} "${file} > ${way}" PARENT_SCOPE)
          return()
        endif()
      endif()
    endif()
  endforeach()
  set(${result} "" PARENT_SCOPE)
endfunction()

# Calls of the system on files, outside comments.
function(check_file_calls file)
  foreach(pattern ${file_calls})
    file(STRINGS "${ROOT}/${file}" lines REGEX "${pattern}")
    foreach(line ${lines})
      string(REGEX REPLACE "//.*" "" code "${line}")
      if(code MATCHES "${pattern}" AND NOT code MATCHES "^[ \t]*#[ \t]*include")
        string(STRIP "${code}" code)
        fault("${file}" "calls the system on files, which base/files/ does for all: ${code}")
      endif()
    endforeach()
  endforeach()
  set(faults "${faults}" PARENT_SCOPE)
endfunction()

set(all_files)
foreach(folder ${folders})
  file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/${folder}/*.[hc]pp" "${ROOT}/${folder}/*.cu"
       "${ROOT}/${folder}/*.cuh" "${ROOT}/${folder}/*.h" "${ROOT}/${folder}/*.cc")
  foreach(file ${files})
    math(EXPR checked "${checked} + 1")
    file(STRINGS "${ROOT}/${file}" lines REGEX "^[ \t]*#[ \t]*include")
    set("includes_of_${file}" "${lines}")
    list(APPEND all_files "${file}")
    if(NOT file MATCHES "^base/files/")
      check_file_calls("${file}")
    endif()
    foreach(line ${lines})
      if(line MATCHES "include[ \t]*<([^>]+)>")
        set(header "${CMAKE_MATCH_1}")
        check_library(${folder} "${file}" "${header}")
        string(REGEX MATCH "^[^/]*" top "${header}")
        if(top IN_LIST folders AND header MATCHES "/")
          fault("${file}" "includes <${header}>; headers of the project stand in quotes")
        endif()
      elseif(line MATCHES "include[ \t]*\"([^\"]+)\"")
        set(header "${CMAKE_MATCH_1}")
        check_library(${folder} "${file}" "${header}")
        check_own("${file}" "${header}")
      else()
        fault("${file}" "cannot read the line: ${line}")
      endif()
    endforeach()
  endforeach()
endforeach()

foreach(file ${all_files})
  foreach(beginning ${without_torch})
    string(FIND "${file}" "${beginning}" place)
    if(place EQUAL 0)
      way_to_torch("${file}" way)
      if(way)
        fault("${file}" "starts without LibTorch, but reaches its headers by ${way}")
      endif()
    endif()
  endforeach()
endforeach()

if(checked EQUAL 0)
  message(FATAL_ERROR "layering: no source file under ${ROOT}")
elseif(NOT faults STREQUAL "")
  message(FATAL_ERROR "layering:${faults}")
endif()
message(STATUS "layering: ${checked} files include only what they may")
