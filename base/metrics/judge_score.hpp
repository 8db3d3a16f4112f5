/// What a judge gives an answer.
#pragma once

#include "base/metrics/metric.hpp"

namespace smdm::metrics {

/// The mean of scores from 1 to 10 (MT-Bench).
[[nodiscard]] Metric judge_score();

}  // namespace smdm::metrics
