// Standard errors and intervals of a difference, by what kind of number a document has.
#include "results/statistics/paired_difference.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/numbers/distributions.hpp"
#include "base/numbers/finite.hpp"
#include "base/numbers/mean.hpp"
#include "results/statistics/clusters.hpp"
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

/// Whether differences of this standard error spread, but for rounding: all documents may have
/// moved by the same.
bool spreads(double standard_error, const PairedDifference& out) {
  constexpr double kRounding = 1e-12;
  return standard_error > kRounding * (std::fabs(out.a) + std::fabs(out.b));
}

Interval around(double centre, double half_width) {
  return {.low = centre - half_width, .high = centre + half_width};
}

/// Of as many documents as there are clusters: the same shares of them rise and fall.
Interval agresti_min(const PairedDifference& counts) {
  const double effective =
      static_cast<double>(counts.clusters) / static_cast<double>(counts.documents);
  const double n = static_cast<double>(counts.clusters) + 2.0;
  const double risen = static_cast<double>(counts.risen) * effective + 0.5;
  const double fallen = static_cast<double>(counts.fallen) * effective + 0.5;
  const double centre = (risen - fallen) / n;
  const double variance = ((risen + fallen) / n - centre * centre) / n;
  return around(centre, kNormal * std::sqrt(variance));
}

Interval student(double centre, double standard_error, std::size_t units) {
  const auto degrees = static_cast<double>(units - 1);
  return around(centre, standard_error * student_t_quantile(kUpperEnd, degrees));
}

void add_mean_errors(std::span<const double> a,
                     std::span<const double> b,
                     std::span<const std::size_t> clusters,
                     PairedDifference& out) {
  std::vector<double> differences;
  differences.reserve(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i] - a[i]);
  out.standard_error = clusters.empty()
                           ? mean_standard_error(differences)
                           : clustered_standard_error(sum_by_cluster(differences, 1, clusters));
  if (!out.standard_error) return;
  const bool by_counts = out.verdicts && (clusters.empty() || !spreads(*out.standard_error, out));
  auto interval =
      by_counts ? agresti_min(out) : student(out.difference, *out.standard_error, out.clusters);
  if (out.verdicts)
    interval = {.low = std::max(interval.low, -1.0), .high = std::min(interval.high, 1.0)};
  out.interval = interval;
}

/// A metric on bootstrap samples of documents, or of whole clusters.
class Resampled {
 public:
  Resampled(const Metric& metric,
            std::span<const double> values,
            std::span<const std::size_t> clusters)
      : metric_(metric), values_(values) {
    if (!clusters.empty()) sums_ = sum_by_cluster(values, metric.width, clusters);
  }

  [[nodiscard]] double operator()(std::span<const std::size_t> drawn) const {
    return sums_ ? metric_value(metric_, *sums_, drawn) : metric_value(metric_, values_, drawn);
  }

 private:
  const Metric& metric_;
  std::span<const double> values_;
  std::optional<ClusterSums> sums_;
};

/// What documents, or whole clusters, contribute to a metric: [units, metric.width]. Nothing for
/// clusters of a metric that counts documents, since a cluster's sums do not say how many it has.
std::vector<double> unit_rows(const Metric& metric,
                              std::span<const double> values,
                              std::span<const std::size_t> clusters) {
  if (clusters.empty()) return {values.begin(), values.end()};
  if (metric.width == 1) return {};
  return sum_by_cluster(values, metric.width, clusters).sums;
}

/// Of a handful of documents or clusters, with which a bootstrap cannot do.
void add_first_order_errors(const Metric& metric,
                            std::span<const double> a,
                            std::span<const double> b,
                            std::span<const std::size_t> clusters,
                            PairedDifference& out) {
  const auto of_a = unit_rows(metric, a, clusters);
  if (of_a.empty()) return;
  out.standard_error = first_order_difference(metric, of_a, unit_rows(metric, b, clusters));
  if (out.standard_error) out.interval = student(out.difference, *out.standard_error, out.clusters);
}

void add_bootstrap_errors(const Metric& metric,
                          std::span<const double> a,
                          std::span<const double> b,
                          std::span<const std::size_t> clusters,
                          PairedDifference& out) {
  if (out.clusters < 2) return;
  if (out.clusters < kFewUnits) {
    add_first_order_errors(metric, a, b, clusters, out);
    return;
  }
  const Resampled of_a(metric, a, clusters);
  const Resampled of_b(metric, b, clusters);
  auto replicates = bootstrap_replicates(
      out.clusters, [&](std::span<const std::size_t> drawn) { return of_b(drawn) - of_a(drawn); },
      kBootstrapResamples, /*seed=*/0);
  if (!all_finite(replicates)) return;  // a perplexity of some documents alone may overflow
  const double root = std::sqrt(static_cast<double>(replicates.size()));
  out.standard_error = mean_standard_error(replicates).value() * root;
  out.interval = expanded_interval(std::move(replicates), out.clusters);
}

/// An interval of one point would claim certainty where there is nothing to estimate from: that of
/// differences which do not spread is taken back. (Those of verdicts have a width always.)
void explain_interval(PairedDifference& out) {
  if (out.interval && !out.verdicts && !spreads(out.standard_error.value_or(0.0), out))
    out.interval.reset();
  if (out.interval) return;
  if (out.documents < 2) {
    out.no_interval = "a single document";
  } else if (out.clusters < 2) {
    out.no_interval = "a single cluster of documents";
  } else if (out.changed == 0) {
    out.no_interval = "no document differs";
  } else if (out.standard_error && !spreads(*out.standard_error, out)) {
    out.no_interval = "all documents differ by the same";
  } else if (out.clusters < kFewUnits) {
    out.no_interval = "fewer than 6 documents";
  } else {
    out.no_interval = "a sample of documents overflows";
  }
}

/// @param z  quantile of kUpperEnd
Interval wilson(double share, double n, double z = kNormal) {
  const double z2 = z * z;
  const double centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
  const double half_width =
      z / (1.0 + z2 / n) * std::sqrt(share * (1.0 - share) / n + z2 / (4.0 * n * n));
  return {.low = std::max(0.0, centre - half_width), .high = std::min(1.0, centre + half_width)};
}

/// See metric_interval().
Interval clustered_wilson(double share, double error, double documents, std::size_t clusters) {
  const double single = share * (1.0 - share) / documents;
  const double effective = single > 0.0 ? documents / std::max(1.0, error * error / single)
                                        : static_cast<double>(clusters);
  return wilson(share, effective, student_t_quantile(kUpperEnd, static_cast<double>(clusters - 1)));
}

Interval mean_interval(std::span<const double> values,
                       std::span<const std::size_t> clusters,
                       double value,
                       bool verdicts) {
  if (clusters.empty()) return student(value, mean_standard_error(values).value(), values.size());
  const auto sums = sum_by_cluster(values, 1, clusters);
  const double error = clustered_standard_error(sums).value();
  if (!verdicts) return student(value, error, sums.size());
  return clustered_wilson(value, error, static_cast<double>(values.size()), sums.size());
}

}  // namespace

PairedDifference paired_difference(const Metric& metric,
                                   std::span<const double> a,
                                   std::span<const double> b,
                                   std::span<const std::size_t> clusters,
                                   std::int64_t draws) {
  const std::size_t width = metric.width;
  const auto test = paired_test(metric, a, b, clusters, draws);
  PairedDifference out;
  out.documents = a.size() / width;
  out.clusters = count_clusters(clusters, out.documents);
  out.verdicts = are_verdicts(metric, a) && are_verdicts(metric, b);
  out.a = metric_value(metric, a);
  out.b = metric_value(metric, b);
  out.difference = out.b - out.a;
  count_changes(a, b, width, out);
  if (metric.is_mean) {
    add_mean_errors(a, b, clusters, out);
  } else {
    add_bootstrap_errors(metric, a, b, clusters, out);
  }
  explain_interval(out);
  if (const auto error = out.standard_error; out.changed > 0 && error && spreads(*error, out)) {
    out.detectable = kDetectable * *error;
  }
  out.test = test.test;
  out.p_value = test.p_value;
  return out;
}

std::optional<Interval> metric_interval(const Metric& metric,
                                        std::span<const double> values,
                                        std::span<const std::size_t> clusters) {
  const std::size_t documents = values.size() / metric.width;
  const std::size_t units = count_clusters(clusters, documents);
  const double value = metric_value(metric, values);
  const bool verdicts = are_verdicts(metric, values);
  if (verdicts && clusters.empty()) return wilson(value, static_cast<double>(documents));
  if (units < 2) return std::nullopt;
  if (metric.is_mean) {
    const auto interval = mean_interval(values, clusters, value, verdicts);
    return has_width(interval) ? std::optional(interval) : std::nullopt;
  }
  if (units < kFewUnits) {
    const auto rows = unit_rows(metric, values, clusters);
    return rows.empty() ? std::nullopt : first_order_interval(metric, rows);
  }
  const Resampled resampled(metric, values, clusters);
  auto replicates = bootstrap_replicates(units, resampled, kBootstrapResamples, /*seed=*/0);
  if (!all_finite(replicates)) return std::nullopt;
  return expanded_interval(std::move(replicates), units);
}

}  // namespace smdm
