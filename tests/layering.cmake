# Checks that every folder includes only what its layer may: cmake -DROOT=<tree> -P layering.cmake
# Paths of the project's own headers start at the top of the tree, so the first folder names the layer.
cmake_minimum_required(VERSION 3.25)

# What each folder may include of the project ("tasks/request.hpp" is the shared vocabulary).
set(layer_models models)
set(layer_evaluators evaluators models tasks/request.hpp results/distributions.hpp)
set(layer_tasks tasks)
set(layer_results results tasks/request.hpp)
set(layer_training training models evaluators/random.hpp tasks/dataset_error.hpp tasks/line_reader.hpp tasks/sha256.hpp results/atomic_file.hpp
    results/file_io.hpp results/json.hpp results/results_error.hpp)
set(layer_microworld microworld)
set(layer_harness harness models evaluators tasks results training microworld)
set(folders models evaluators tasks results training microworld harness)

# Which folders may include a library: a pattern of the header's name, then the folders.
set(libraries torch sentencepiece cli json catch)
set(pattern_torch "^(torch|ATen|c10|c10d|caffe2|cuda|cuda_runtime|nccl)[/.]")
set(users_torch models evaluators training harness)
set(pattern_sentencepiece "^sentencepiece")
set(users_sentencepiece models microworld)
set(pattern_cli "^CLI/")
set(users_cli harness)
set(pattern_json "^nlohmann/")
set(users_json models tasks results training microworld harness)
set(pattern_catch "^catch2/")
set(users_catch)  # tests only

set(faults "")
set(checked 0)

function(fault file text)
  set(faults "${faults}\n  ${file}: ${text}" PARENT_SCOPE)
endfunction()

# One #include of a header of the project.
function(check_own folder file header)
  if(file STREQUAL "tasks/request.hpp")
    fault("${file}" "includes \"${header}\"; it may include nothing of the project")
  else()
    string(REGEX MATCH "^[^/]*/" top "${header}")
    string(REPLACE "/" "" top "${top}")
    if(NOT top IN_LIST layer_${folder} AND NOT header IN_LIST layer_${folder})
      string(REPLACE ";" ", " allowed "${layer_${folder}}")
      fault("${file}" "includes \"${header}\"; ${folder}/ may include ${allowed}")
    endif()
  endif()
  set(faults "${faults}" PARENT_SCOPE)
endfunction()

# One #include of a library, in either form of quotes.
function(check_library folder file header)
  foreach(library ${libraries})
    if(header MATCHES "${pattern_${library}}" AND
       (NOT folder IN_LIST users_${library} OR file STREQUAL "tasks/request.hpp"))
      fault("${file}" "includes <${header}>, which ${folder}/ may not use there")
    endif()
  endforeach()
  set(faults "${faults}" PARENT_SCOPE)
endfunction()

foreach(folder ${folders})
  file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/${folder}/*.[hc]pp" "${ROOT}/${folder}/*.cu"
       "${ROOT}/${folder}/*.cuh" "${ROOT}/${folder}/*.h" "${ROOT}/${folder}/*.cc")
  foreach(file ${files})
    math(EXPR checked "${checked} + 1")
    file(STRINGS "${ROOT}/${file}" lines REGEX "^[ \t]*#[ \t]*include")
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
        check_own(${folder} "${file}" "${header}")
      else()
        fault("${file}" "cannot read the line: ${line}")
      endif()
    endforeach()
  endforeach()
endforeach()

if(checked EQUAL 0)
  message(FATAL_ERROR "layering: no source file under ${ROOT}")
elseif(NOT faults STREQUAL "")
  message(FATAL_ERROR "layering:${faults}")
endif()
message(STATUS "layering: ${checked} files include only what they may")
