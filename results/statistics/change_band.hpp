/// The simultaneous band of several changes from one reference: with 95 % chance all of them lie
/// inside theirs at once.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "results/statistics/first_order.hpp"
#include "results/statistics/interval.hpp"

namespace smdm {

/// A period's perplexity as its bootstrap and its first order give it. REQUIRES: the replicates
/// outlive it.
struct PeriodSpread {
  double value = 0.0;
  std::size_t units = 0;
  std::span<const double> replicates;  ///< the b-th of all periods form one joint sample
  std::optional<FirstOrder> first_order;
};

/// Bands of value / that of the reference - 1, one per period. They are symmetric about the change
/// on the log scale, x_i = log(value_i / reference), where they cover better than on that of the
/// values: half the width is c s_i, with s_i the standard deviation of the replicates of x_i and c
/// the quantile over replicates of max_i |x_i^b - x_i| / s_i, expanded() for the smaller number of
/// units of the two periods. Changes with fewer than kFewUnits units on either side stand apart:
/// of m changes in all they take 5 % / m each (Bonferroni) from Student's t of
/// first_order_change(), and leave the others the rest of the 5 %.
/// @return nothing for a period where it or the reference has a single unit or does not spread, or
///         where a replicate overflows
[[nodiscard]] std::vector<std::optional<Interval>> change_bands(
    const PeriodSpread& reference, std::span<const PeriodSpread> periods);

}  // namespace smdm
