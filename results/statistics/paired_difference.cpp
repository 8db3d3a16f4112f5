// Standard errors and intervals of a difference, by what kind of number a document has.
#include "results/statistics/paired_difference.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/numbers/distributions.hpp"
#include "base/numbers/mean.hpp"
#include "results/statistics/first_order.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

constexpr double kNormal = 1.959963984540054;  ///< normal quantile of kUpperEnd

/// Counts the documents that are larger, smaller, and other.
void count_changes(std::span<const double> a,
                   std::span<const double> b,
                   std::size_t width,
                   PairedDifference& out) {
  for (std::size_t document = 0; document < out.documents; ++document) {
    const auto from = a.subspan(document * width, width);
    const auto to = b.subspan(document * width, width);
    if (std::equal(from.begin(), from.end(), to.begin())) continue;
    ++out.changed;
    if (width == 1) ++(to[0] > from[0] ? out.risen : out.fallen);
  }
}

/// A perplexity of some documents alone may overflow.
bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(),
                     [](double value) { return std::isfinite(value); });
}

/// Whether differences of this standard error spread, but for rounding: all documents may have
/// moved by the same.
bool spreads(double standard_error, const PairedDifference& out) {
  constexpr double kRounding = 1e-12;
  return standard_error > kRounding * (std::fabs(out.a) + std::fabs(out.b));
}

Interval around(double centre, double half_width) {
  return {.low = centre - half_width, .high = centre + half_width};
}

Interval agresti_min(const PairedDifference& counts) {
  const double n = static_cast<double>(counts.documents) + 2.0;
  const double risen = static_cast<double>(counts.risen) + 0.5;
  const double fallen = static_cast<double>(counts.fallen) + 0.5;
  const double centre = (risen - fallen) / n;
  const double variance = ((risen + fallen) / n - centre * centre) / n;
  const auto whole = around(centre, kNormal * std::sqrt(variance));
  return {.low = std::max(whole.low, -1.0), .high = std::min(whole.high, 1.0)};
}

Interval student(double centre, double standard_error, std::size_t documents) {
  const auto degrees = static_cast<double>(documents - 1);
  return around(centre, standard_error * student_t_quantile(kUpperEnd, degrees));
}

void add_mean_errors(std::span<const double> a,
                     std::span<const double> b,
                     bool verdicts,
                     PairedDifference& out) {
  std::vector<double> differences;
  differences.reserve(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i] - a[i]);
  out.standard_error = mean_standard_error(differences);
  if (!out.standard_error) return;
  out.interval =
      verdicts ? agresti_min(out) : student(out.difference, *out.standard_error, out.documents);
}

/// Of a handful of documents, with which a bootstrap cannot do.
void add_first_order_errors(const Metric& metric,
                            std::span<const double> a,
                            std::span<const double> b,
                            PairedDifference& out) {
  out.standard_error = first_order_difference(metric, a, b);
  if (out.standard_error)
    out.interval = student(out.difference, *out.standard_error, out.documents);
}

void add_bootstrap_errors(const Metric& metric,
                          std::span<const double> a,
                          std::span<const double> b,
                          PairedDifference& out) {
  if (out.documents < 2) return;
  if (out.documents < kFewUnits) {
    add_first_order_errors(metric, a, b, out);
    return;
  }
  auto replicates = bootstrap_replicates(
      out.documents,
      [&](std::span<const std::size_t> drawn) {
        return metric_value(metric, b, drawn) - metric_value(metric, a, drawn);
      },
      kBootstrapResamples, /*seed=*/0);
  if (!all_finite(replicates)) return;
  const double root = std::sqrt(static_cast<double>(replicates.size()));
  out.standard_error = mean_standard_error(replicates).value() * root;
  out.interval = expanded_interval(std::move(replicates), out.documents);
}

/// An interval of one point would claim certainty where there is nothing to estimate from: that of
/// differences which do not spread is taken back. (Those of verdicts have a width always.)
void explain_interval(bool verdicts, PairedDifference& out) {
  if (out.interval && !verdicts && !spreads(out.standard_error.value_or(0.0), out))
    out.interval.reset();
  if (out.interval) return;
  if (out.documents < 2) {
    out.no_interval = "a single document";
  } else if (out.changed == 0) {
    out.no_interval = "no document differs";
  } else if (out.standard_error && !spreads(*out.standard_error, out)) {
    out.no_interval = "all documents differ by the same";
  } else if (out.documents < kFewUnits) {
    out.no_interval = "fewer than 6 documents";
  } else {
    out.no_interval = "a sample of documents overflows";
  }
}

Interval wilson(double share, double n) {
  const double z2 = kNormal * kNormal;
  const double centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
  const double half_width =
      kNormal / (1.0 + z2 / n) * std::sqrt(share * (1.0 - share) / n + z2 / (4.0 * n * n));
  return {.low = std::max(0.0, centre - half_width), .high = std::min(1.0, centre + half_width)};
}

}  // namespace

PairedDifference paired_difference(const Metric& metric,
                                   std::span<const double> a,
                                   std::span<const double> b,
                                   std::int64_t draws) {
  const std::size_t width = metric.width;
  const auto test = paired_test(metric, a, b, draws);
  PairedDifference out;
  out.documents = a.size() / width;
  out.a = metric_value(metric, a);
  out.b = metric_value(metric, b);
  out.difference = out.b - out.a;
  count_changes(a, b, width, out);
  if (metric.is_mean) {
    add_mean_errors(a, b, test.test == PairedTest::mcnemar, out);
  } else {
    add_bootstrap_errors(metric, a, b, out);
  }
  explain_interval(test.test == PairedTest::mcnemar, out);
  if (const auto error = out.standard_error; out.changed > 0 && error && spreads(*error, out)) {
    out.detectable = kDetectable * *error;
  }
  out.test = test.test;
  out.p_value = test.p_value;
  return out;
}

std::optional<Interval> metric_interval(const Metric& metric, std::span<const double> values) {
  const std::size_t documents = values.size() / metric.width;
  const double value = metric_value(metric, values);
  if (are_verdicts(metric, values)) return wilson(value, static_cast<double>(documents));
  if (documents < 2) return std::nullopt;
  if (metric.is_mean) {
    const auto interval = student(value, mean_standard_error(values).value(), documents);
    return has_width(interval) ? std::optional(interval) : std::nullopt;
  }
  if (documents < kFewUnits) return first_order_interval(metric, values);
  auto replicates = bootstrap_replicates(
      documents,
      [&](std::span<const std::size_t> drawn) { return metric_value(metric, values, drawn); },
      kBootstrapResamples, /*seed=*/0);
  if (!all_finite(replicates)) return std::nullopt;
  return expanded_interval(std::move(replicates), documents);
}

}  // namespace smdm
