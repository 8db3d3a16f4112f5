/// A task from its Items to its record: compute, judge, record.
#pragma once

#include "harness/run/encode.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// Computes a task, shows its progress, and gives everything that results files say about it.
[[nodiscard]] TaskRecord evaluate(const ReadyTask& ready, const Session& session);

}  // namespace smdm
