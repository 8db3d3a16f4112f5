/// A task from its Items to its record: compute, judge, record.
#pragma once

#include "harness/run/encode.hpp"
#include "harness/run/trace_file.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// Computes a task, shows its progress, and gives everything that results files say about it.
/// @param trace  gets the steps of generations, in the order of the documents
[[nodiscard]] TaskRecord evaluate(const ReadyTask& ready, const Session& session, TraceFile& trace);

}  // namespace smdm
