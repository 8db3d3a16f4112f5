/// record: everything that results files say about a task, from its Items and their Answers.
#pragma once

#include <span>

#include "harness/run/encode.hpp"
#include "harness/run/item.hpp"
#include "harness/run/judge.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// Samples, metrics and totals; totals are sums over Answers.
/// @param answers, judged  one for each of the task's Items, in their order
/// @throws std::invalid_argument  if a document's values are not as many as the metrics take
[[nodiscard]] TaskRecord record(const ReadyTask& ready,
                                const Session& session,
                                std::span<const Answer> answers,
                                std::span<const Judged> judged);

}  // namespace smdm
