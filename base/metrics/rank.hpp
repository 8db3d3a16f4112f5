/// Where the right choice stands among all, by log-likelihood: 1 plus the number of others that are
/// at least as likely, so that a tie counts against the model.
#pragma once

#include "base/metrics/metric.hpp"

namespace smdm::metrics {

/// The mean reciprocal rank.
[[nodiscard]] Metric reciprocal_rank();

/// Is the rank 1?
[[nodiscard]] Metric top_rank();

}  // namespace smdm::metrics
