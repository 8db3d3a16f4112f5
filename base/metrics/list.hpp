/// Every metric there is. Nothing registers itself: a metric is one that stands in all_metrics().
#pragma once

#include <string>
#include <vector>

#include "base/metrics/metric.hpp"

namespace smdm {

/// Each with the filter "none".
[[nodiscard]] std::vector<Metric> all_metrics();

/// The metric that files call by this name and aggregation, which no two metrics share.
/// @throws Error(results)  with those there are, if it is none of them
[[nodiscard]] Metric find_metric(const std::string& name, const std::string& aggregation);

}  // namespace smdm
