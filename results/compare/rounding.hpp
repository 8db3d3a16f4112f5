/// What another build or type of machine may do to the answers of a run, whose last bits are other
/// ones there.
#pragma once

#include <cstddef>

#include "base/metrics/metric.hpp"
#include "results/run/facts.hpp"

namespace smdm {

/// The largest relative change of a log-likelihood by bfloat16: two numbers that were rounded to
/// its 8 bits, each by half of 2^-8 at most, and then once more on the way.
inline constexpr double kBfloat16 = 0.0078125;  // 2^-7

/// Two documents, and 1e-4 of a metric of likelihoods. In bfloat16
///   a metric of choices   the documents that turn if the right answer's log-likelihood x moves by
///                         kBfloat16 |x| either way, at least two; of one that only says whether
///                         decoding is greedy, and of texts: two
///   one of likelihoods    kBfloat16 |x| for each document x, which move independently, carried to
///                         the value to first order; between 1e-4 and 1 % of it
/// @param metric  index of a metric of the task
[[nodiscard]] Rounding rounding_of(const TaskFacts& task, std::size_t metric);

}  // namespace smdm
