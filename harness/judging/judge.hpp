/// `smdm-eval judge`: answers of a model, graded by another one (docs/judge.md).
#pragma once

#include "harness/judging/settings.hpp"

namespace smdm {

/// Reads the files, asks for the judgments that are missing, and tells what they come to. Removes
/// the key from the environment of the process.
/// @throws Error(usage)    for settings that contradict each other, an address or a key that is
/// none
/// @throws Error(data)     for files that are not what is wanted
/// @throws Error(results)  for an output of other judgments, or one that cannot be written
/// @throws Error(failure)  if the endpoint does not answer
/// @throws Stopped         after a signal
void run_judge(const JudgeSettings& settings);

}  // namespace smdm
