/// The any-order likelihood in a task's record: metrics by it, and what it changes.
#pragma once

#include <span>

#include "harness/run/encode.hpp"
#include "harness/run/item.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// Adds to the samples their values by the any-order likelihood where all their requests have one,
/// to the metrics those by it where all samples have them, and the task's totals.
/// @param ready    a task of likelihoods
/// @param answers  one for each of the task's Items, in their order
/// @param record   with its samples, in the same order
void add_any_order(const ReadyTask& ready, std::span<const Answer> answers, TaskRecord& record);

}  // namespace smdm
