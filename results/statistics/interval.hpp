/// Intervals of numbers, and how a bootstrap's replicates become one.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace smdm {

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

inline constexpr double kIntervalLevel = 0.95;

/// The quantile of Student's t and of the normal distribution that a two-sided interval ends at.
inline constexpr double kUpperEnd = (1.0 + kIntervalLevel) / 2.0;

/// Whether it is wider than rounding makes one: where units do not spread, there is nothing to
/// estimate from, and an interval of one point would claim certainty.
[[nodiscard]] bool has_width(const Interval& interval);

/// The smallest interval that contains both.
[[nodiscard]] Interval hull(const Interval& a, const Interval& b);

/// The quantile of values by linear interpolation between order statistics (numpy's default).
/// @param sorted  ascending, at least one
/// @throws std::invalid_argument  if there are no values
[[nodiscard]] double quantile(std::span<const double> sorted, double probability);

/// A number of standard errors z, as n units want it: sqrt(n / (n - 1)) t, with t the quantile of
/// Student's t with n - 1 degrees of freedom at the probability of z under the normal distribution.
/// Bootstrap samples of n units spread less than samples of the source by sqrt((n - 1) / n), and
/// their spread is itself estimated.
/// @param units  at least two
[[nodiscard]] double expanded(double z, std::size_t units);

/// The expanded percentile interval (Hesterberg 2015, The American Statistician 69, 371) at
/// kIntervalLevel: the share of replicates beyond either end is Phi(-sqrt(n / (n - 1)) t).
/// @param replicates  of a statistic on bootstrap samples
/// @param units       that were resampled, at least two
/// @return nothing where there are no replicates, or they do not spread
[[nodiscard]] std::optional<Interval> expanded_interval(std::vector<double> replicates,
                                                        std::size_t units);

}  // namespace smdm
