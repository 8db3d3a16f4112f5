#include "results/statistics/interval.hpp"

#include <algorithm>
#include <cmath>
#include <compare>
#include <stdexcept>

#include "base/numbers/distributions.hpp"

namespace smdm {
namespace {

/// The share of replicates beyond either end.
double tail_of(std::size_t units) {
  const auto n = static_cast<double>(units);
  return normal_cdf(-std::sqrt(n / (n - 1.0)) * student_t_quantile(kUpperEnd, n - 1.0));
}

}  // namespace

bool has_width(const Interval& interval) {
  constexpr double kRounding = 1e-12;
  const double size = std::max(std::fabs(interval.low), std::fabs(interval.high));
  // Written so that ends which are not finite count: a bootstrap sample overflowed.
  return !(interval.high - interval.low <= kRounding * size);
}

Interval hull(const Interval& a, const Interval& b) {
  return {.low = std::min(a.low, b.low), .high = std::max(a.high, b.high)};
}

double quantile(std::span<const double> sorted, double probability) {
  if (sorted.empty()) throw std::invalid_argument("quantile: wanted at least one value, got none");
  const double at = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const auto above = std::min(below + 1, sorted.size() - 1);
  const double share = at - static_cast<double>(below);
  return sorted[below] + share * (sorted[above] - sorted[below]);
}

double expanded(double z, std::size_t units) {
  const auto n = static_cast<double>(units);
  // The tail is small: its own quantile is exact where 1 - tail would have lost digits.
  return -std::sqrt(n / (n - 1.0)) * student_t_quantile(normal_cdf(-z), n - 1.0);
}

std::optional<Interval> expanded_interval(std::vector<double> replicates, std::size_t units) {
  if (replicates.empty()) return std::nullopt;
  const double tail = tail_of(units);
  std::sort(replicates.begin(), replicates.end(),
            [](double a, double b) { return std::strong_order(a, b) < 0; });
  const Interval interval{.low = quantile(replicates, tail),
                          .high = quantile(replicates, 1.0 - tail)};
  return has_width(interval) ? std::optional(interval) : std::nullopt;
}

}  // namespace smdm
