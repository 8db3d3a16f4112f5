/// Files of answers for judges, in FastChat's format.
#pragma once

#include <span>

#include "harness/run/encode.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// Adds to every conversation of a run the file model_answer_<task>_<date>.jsonl: one line a
/// question, of one choice with an answer to each turn. The model is called by the last part of its
/// path; ids of answers follow from what they say; all were made when the run began.
/// @param tasks  of the run, in its order
void add_answer_files(std::span<const ReadyTask> tasks, RunRecord& run);

}  // namespace smdm
