/// Errors of ratios to first order: what intervals of a handful of units rest on. A bootstrap of n
/// units has few different samples (n = 2: three), whose 95 % intervals cover 49, 74 and 90 % for
/// n = 2, 3 and 4.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/metrics/metric.hpp"
#include "results/statistics/interval.hpp"

namespace smdm {

/// With fewer units than this, intervals are to first order.
inline constexpr std::size_t kFewUnits = 6;

/// A ratio on its metric's scale, and its standard error over units. With x_i the first number of a
/// unit and w_i its second (1 where there is none), r = sum x / sum w:
///   error^2 = k^2 n / (n - 1) sum (x_i - r w_i)^2 / (sum w)^2,
/// k being the scale's slope, as -1 of a log perplexity by nats per token.
struct FirstOrder {
  double value = 0.0;  ///< of the metric, or its logarithm
  double error = 0.0;
  std::size_t units = 0;
};

/// @param values  [units, metric.width], row-major
/// @return nothing where the metric is no ratio (RatioScale::none), for fewer than two units, or
///         where the value is not finite
[[nodiscard]] std::optional<FirstOrder> first_order(const Metric& metric,
                                                    std::span<const double> values);

/// The interval of a ratio: Student's t with n - 1 degrees of freedom on its scale.
/// @return nothing where first_order() is empty, or units do not spread
[[nodiscard]] std::optional<Interval> first_order_interval(const Metric& metric,
                                                           std::span<const double> values);

/// The standard error of the difference of a ratio between two runs over the same units, on the
/// scale of the values themselves.
/// @param a, b  [units, metric.width] each
/// @return nothing where first_order() of either is empty
[[nodiscard]] std::optional<double> first_order_difference(const Metric& metric,
                                                           std::span<const double> a,
                                                           std::span<const double> b);

/// The interval of b / a - 1 from their logarithms, both over units of their own: Student's t with
/// Welch's degrees of freedom.
/// @param a, b       of a metric with RatioScale::log
/// @param beyond     chance beyond either end: 0.025 of a 95 % interval
/// @return nothing where neither spreads
[[nodiscard]] std::optional<Interval> first_order_change(const FirstOrder& a,
                                                         const FirstOrder& b,
                                                         double beyond);

}  // namespace smdm
