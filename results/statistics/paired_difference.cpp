#include "results/statistics/paired_difference.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/numbers/distributions.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

constexpr double kUpper = (1.0 + kIntervalLevel) / 2.0;
constexpr double kNormal = 1.959963984540054;  ///< normal quantile of kUpper

/// Sums over drawn documents.
std::vector<double> sums_of(std::span<const double> values,
                            std::size_t width,
                            std::span<const std::size_t> drawn) {
  std::vector<double> sums(width);
  for (const std::size_t document : drawn) {
    for (std::size_t i = 0; i < width; ++i) sums[i] += values[document * width + i];
  }
  return sums;
}

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
  return around(centre, standard_error * student_t_quantile(kUpper, degrees));
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

void add_bootstrap_errors(Aggregation aggregation,
                          std::span<const double> a,
                          std::span<const double> b,
                          PairedDifference& out) {
  if (out.documents < 2) return;
  const std::size_t width = values_per_document(aggregation);
  auto replicates = bootstrap_replicates(
      out.documents,
      [&](std::span<const std::size_t> drawn) {
        const auto n = static_cast<double>(drawn.size());
        return metric_of_sums(aggregation, sums_of(b, width, drawn), n) -
               metric_of_sums(aggregation, sums_of(a, width, drawn), n);
      },
      kBootstrapResamples, /*seed=*/0);
  if (!all_finite(replicates)) return;
  const double root = std::sqrt(static_cast<double>(replicates.size()));
  out.standard_error = mean_standard_error(replicates).value() * root;
  out.interval = expanded_interval(std::move(replicates), out.documents);
}

Interval wilson(double share, double n) {
  const double z2 = kNormal * kNormal;
  const double centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
  const double half_width =
      kNormal / (1.0 + z2 / n) * std::sqrt(share * (1.0 - share) / n + z2 / (4.0 * n * n));
  return {.low = std::max(0.0, centre - half_width), .high = std::min(1.0, centre + half_width)};
}

}  // namespace

double metric_value(Aggregation aggregation, std::span<const double> values) {
  const std::size_t width = values_per_document(aggregation);
  std::vector<double> sums(width);
  for (std::size_t at = 0; at < values.size(); ++at) sums[at % width] += values[at];
  const std::size_t documents = values.size() / width;
  return metric_of_sums(aggregation, sums, static_cast<double>(documents));
}

PairedDifference paired_difference(Aggregation aggregation,
                                   std::span<const double> a,
                                   std::span<const double> b) {
  const std::size_t width = values_per_document(aggregation);
  const auto test = paired_test(aggregation, a, b);
  PairedDifference out;
  out.documents = a.size() / width;
  out.a = metric_value(aggregation, a);
  out.b = metric_value(aggregation, b);
  out.difference = out.b - out.a;
  count_changes(a, b, width, out);
  if (aggregation == Aggregation::mean) {
    add_mean_errors(a, b, test.test == PairedTest::mcnemar, out);
  } else {
    add_bootstrap_errors(aggregation, a, b, out);
  }
  if (const auto error = out.standard_error; out.changed > 0 && error && spreads(*error, out)) {
    out.detectable = kDetectable * *error;
  }
  out.test = test.test;
  out.p_value = test.p_value;
  return out;
}

std::optional<Interval> metric_interval(Aggregation aggregation, std::span<const double> values) {
  const std::size_t width = values_per_document(aggregation);
  const std::size_t documents = values.size() / width;
  const double value = metric_value(aggregation, values);
  if (are_verdicts(aggregation, values)) return wilson(value, static_cast<double>(documents));
  if (documents < 2) return std::nullopt;
  if (aggregation == Aggregation::mean)
    return student(value, mean_standard_error(values).value(), documents);
  auto replicates = bootstrap_replicates(
      documents,
      [&](std::span<const std::size_t> drawn) {
        return metric_of_sums(aggregation, sums_of(values, width, drawn),
                              static_cast<double>(drawn.size()));
      },
      kBootstrapResamples, /*seed=*/0);
  if (!all_finite(replicates)) return std::nullopt;
  return expanded_interval(std::move(replicates), documents);
}

}  // namespace smdm
