/// What a permutation test would say, without its draws, where theory knows enough.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/metrics/metric.hpp"

namespace smdm {

/// How far two runs are apart in units of what swapping documents between them does: |sum of d| /
/// sqrt(sum of d^2), d being the difference of each document, or of each cluster of documents that
/// change sides together. Nothing for a metric that is no monotonic function of its first sum, or
/// where other sums differ too. 0 where no document differs.
/// @param a, b      [documents, metric.width], row-major: the same documents in the same order
/// @param clusters  [documents], from 0 without large gaps; empty: each document by itself
[[nodiscard]] std::optional<double> swap_distance(const Metric& metric,
                                                  std::span<const double> a,
                                                  std::span<const double> b,
                                                  std::span<const std::size_t> clusters = {});

/// An upper bound of the p-value of the test that swaps in all possible ways: Hoeffding's
/// inequality for sums with random signs, 2 exp(-distance^2 / 2), at most 1.
[[nodiscard]] double largest_swap_p_value(double distance);

/// The largest distance at which that p-value is at least 0.1 whatever the documents (Oleszkiewicz
/// 1996, Probability and Mathematical Statistics 16: a sum with random signs is at least as large
/// as its standard deviation with a chance of 0.1 or more).
inline constexpr double kCloseSwap = 1.0;

}  // namespace smdm
