# Writes OUT, a source file that defines the program's version; touches it only when it changes.
execute_process(COMMAND git rev-parse HEAD WORKING_DIRECTORY ${ROOT}
                OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(revision "")
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT [[
#include "harness/cli/version.hpp"

namespace smdm {

const char* const kVersion = "@VERSION@";
const char* const kGitRevision = "@revision@";

}  // namespace smdm
]] @ONLY)
