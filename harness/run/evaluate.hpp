/// A task from its Items to its record: compute, judge, record.
#pragma once

#include <functional>
#include <span>

#include "harness/run/compute.hpp"
#include "harness/run/encode.hpp"
#include "harness/run/run_progress.hpp"
#include "harness/run/trace_file.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// Gives the Answers of Items, computed or remembered.
using AnswerItems = std::function<void(std::span<const Item> items, const AnswerDone& done)>;

/// Answers a task, shows its progress, and gives everything that results files say about it.
/// @param trace  gets the steps of generations, in the order of the documents
/// @param run    the run that the task is a part of
[[nodiscard]] TaskRecord evaluate(const ReadyTask& ready,
                                  const Session& session,
                                  TraceFile& trace,
                                  const AnswerItems& answer_items,
                                  const RunProgress& run);

}  // namespace smdm
