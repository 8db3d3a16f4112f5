# Writes OUT, a source file with one digest over everything of a build that numbers depend on: the sources
# of the folders that compute them, and what SETTINGS says of compiler, flags and libraries. Touches it only
# when it changes. cmake -DROOT=<tree> -DOUT=<file> -DSETTINGS=<text> -P build_digest.cmake
cmake_minimum_required(VERSION 3.25)
set(folders base models evaluators harness/run)
set(patterns)
foreach(folder IN LISTS folders)
  foreach(end cpp hpp cu cuh txt)
    list(APPEND patterns ${ROOT}/${folder}/*.${end})
  endforeach()
endforeach()
file(GLOB_RECURSE files RELATIVE ${ROOT} ${patterns})
list(SORT files)
set(lines "${SETTINGS}\n")
foreach(file IN LISTS files)
  file(SHA256 ${ROOT}/${file} digest)
  string(APPEND lines "${digest}  ${file}\n")
endforeach()
string(SHA256 digest "${lines}")
file(CONFIGURE OUTPUT ${OUT} CONTENT [[
#include "harness/journal/build_digest.hpp"

namespace smdm {

const char* const kBuildDigest = "@digest@";

}  // namespace smdm
]] @ONLY)
