# Writes OUT, a source file with one digest over everything of a build that numbers depend on: the sources
# of the folders that compute them, and what SETTINGS says of compiler, flags and libraries. Touches it only
# when it changes. cmake -DROOT=<tree> -DOUT=<file> -DSETTINGS=<text> -P build_digest.cmake
cmake_minimum_required(VERSION 3.25)
# digest_of(<variable> <first line> <file or folder>...)
function(digest_of result first)
  set(files)
  foreach(place IN LISTS ARGN)
    if(IS_DIRECTORY ${ROOT}/${place})
      foreach(end cpp hpp cu cuh txt)
        file(GLOB_RECURSE found RELATIVE ${ROOT} ${ROOT}/${place}/*.${end})
        list(APPEND files ${found})
      endforeach()
    elseif(EXISTS ${ROOT}/${place})
      list(APPEND files ${place})
    endif()
  endforeach()
  list(SORT files)
  set(lines "${first}\n")
  foreach(file IN LISTS files)
    file(SHA256 ${ROOT}/${file} digest)
    string(APPEND lines "${digest}  ${file}\n")
  endforeach()
  string(SHA256 digest "${lines}")
  set(${result} ${digest} PARENT_SCOPE)
endfunction()

digest_of(build "${SETTINGS}" base models evaluators harness/run harness/settings/decided.hpp
          harness/journal/answer_codec.cpp cmake/smdm.cmake)
digest_of(judging "" tasks results)
file(CONFIGURE OUTPUT ${OUT} CONTENT [[
#include "harness/journal/build_digest.hpp"

namespace smdm {

const char* const kBuildDigest = "@build@";
const char* const kJudgingDigest = "@judging@";

}  // namespace smdm
]] @ONLY)
