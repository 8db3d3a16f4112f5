/// The share of documents that are answered rightly, or at all.
#pragma once

#include "base/metrics/metric.hpp"

namespace smdm::metrics {

/// Of choices: is the likeliest one right (of equal ones, the first)? Of a continuation: is it the
/// greedy one?
[[nodiscard]] Metric accuracy();

/// Is the choice with the highest log-likelihood per code point right?
[[nodiscard]] Metric normalized_accuracy();

/// Is the answer that was taken from a text the reference?
/// @param filter  how it is taken or compared, where that is done in several ways
[[nodiscard]] Metric exact_match(const char* filter = "none");

/// Does the text contain the reference?
[[nodiscard]] Metric contained();

/// The share of a conversation's turns that got an answer of at least one character. It says
/// whether there is something to judge, and nothing of how good it is.
[[nodiscard]] Metric answered();

}  // namespace smdm::metrics
