// Ratios linearised: each unit's part in them, and intervals from how these parts spread.
#include "results/statistics/first_order.hpp"

#include <array>
#include <cmath>
#include <vector>

#include "base/numbers/distributions.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

double on_scale(const Metric& metric, double value) {
  return metric.ratio == RatioScale::log ? std::log(value) : value;
}

/// By how much the value on its scale grows with the ratio: the value at a ratio of 1.
double slope_of(const Metric& metric) {
  const std::array<double, 2> ones{1.0, 1.0};
  return on_scale(metric, metric.of_sums(std::span(ones).first(metric.width), 1.0));
}

/// Each unit's part in the value on its scale: they add up to 0, and their squares to the variance.
std::vector<double> parts_of(const Metric& metric, std::span<const double> values) {
  const std::size_t width = metric.width;
  const std::size_t units = values.size() / width;
  const auto weight = [&](std::size_t i) { return width > 1 ? values[i * width + 1] : 1.0; };
  double sum = 0.0;
  double weights = 0.0;
  for (std::size_t i = 0; i < units; ++i) {
    sum += values[i * width];
    weights += weight(i);
  }
  const double ratio = sum / weights;
  const double slope = slope_of(metric) / weights;
  std::vector<double> parts;
  parts.reserve(units);
  for (std::size_t i = 0; i < units; ++i)
    parts.push_back(slope * (values[i * width] - ratio * weight(i)));
  return parts;
}

double error_of(std::span<const double> parts) {
  double squares = 0.0;
  for (const double part : parts) squares += part * part;
  const auto n = static_cast<double>(parts.size());
  return std::sqrt(n / (n - 1.0) * squares);
}

Interval on_values(const Metric& metric, const Interval& interval) {
  if (metric.ratio != RatioScale::log) return interval;
  return {.low = std::exp(interval.low), .high = std::exp(interval.high)};
}

/// Nothing where the units do not spread, or an end overflows.
std::optional<Interval> usable(const Interval& interval) {
  const bool finite = std::isfinite(interval.low) && std::isfinite(interval.high);
  return finite && has_width(interval) ? std::optional(interval) : std::nullopt;
}

/// d value / d scale.
double stretch_of(const Metric& metric, double value) {
  return metric.ratio == RatioScale::log ? value : 1.0;
}

}  // namespace

std::optional<FirstOrder> first_order(const Metric& metric, std::span<const double> values) {
  const std::size_t units = values.size() / metric.width;
  if (metric.ratio == RatioScale::none || units < 2) return std::nullopt;
  const FirstOrder out{.value = on_scale(metric, metric_value(metric, values)),
                       .error = error_of(parts_of(metric, values)),
                       .units = units};
  if (!std::isfinite(out.value) || !std::isfinite(out.error)) return std::nullopt;
  return out;
}

std::optional<Interval> first_order_interval(const Metric& metric, std::span<const double> values) {
  const auto known = first_order(metric, values);
  if (!known) return std::nullopt;
  const double half_width =
      known->error * student_t_quantile(kUpperEnd, static_cast<double>(known->units - 1));
  return usable(
      on_values(metric, {.low = known->value - half_width, .high = known->value + half_width}));
}

std::optional<double> first_order_difference(const Metric& metric,
                                             std::span<const double> a,
                                             std::span<const double> b) {
  if (!first_order(metric, a) || !first_order(metric, b)) return std::nullopt;
  auto parts = parts_of(metric, b);
  const auto parts_a = parts_of(metric, a);
  const double stretch_a = stretch_of(metric, metric_value(metric, a));
  const double stretch_b = stretch_of(metric, metric_value(metric, b));
  for (std::size_t i = 0; i < parts.size(); ++i)
    parts[i] = stretch_b * parts[i] - stretch_a * parts_a[i];
  return error_of(parts);
}

std::optional<Interval> first_order_change(const FirstOrder& a,
                                           const FirstOrder& b,
                                           double beyond) {
  const double variance = a.error * a.error + b.error * b.error;
  if (!(variance > 0.0)) return std::nullopt;
  const auto part = [](const FirstOrder& one) {
    return std::pow(one.error, 4.0) / static_cast<double>(one.units - 1);
  };
  const double degrees = variance * variance / (part(a) + part(b));
  const double half_width = -student_t_quantile(beyond, degrees) * std::sqrt(variance);
  const double centre = b.value - a.value;
  return usable({.low = std::expm1(centre - half_width), .high = std::expm1(centre + half_width)});
}

}  // namespace smdm
