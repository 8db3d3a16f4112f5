/// From per-document values to one number and its standard error, as lm-evaluation-harness 0.4.4
/// defines them (lm_eval/api/metrics.py: mean, mean_stderr, perplexity, bootstrap_stderr).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/metrics/metric.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// Resamples behind the standard error of a perplexity. lm-eval draws 100000; with 10000 the error
/// of the standard error is 1 / sqrt(2 * 10000) = 0.7 % of it, and 5153 documents take a fraction
/// of a second.
inline constexpr std::int64_t kBootstrapResamples = 10000;

/// A metric over documents.
struct Summary {
  double value = 0.0;
  std::optional<double> standard_error;  ///< over documents; empty with fewer than two of them
  /// How much the value would move under other mask draws; it is part of what the standard error
  /// over documents shows. Empty where it is not known.
  std::optional<double> monte_carlo_error = {};
  /// Over clusters of documents (clusters.hpp); standard_error itself where every document is its
  /// own, empty for one cluster.
  std::optional<double> clustered_error = {};
  /// How many of them there are; 0 where that is not known: a stored run without its samples.
  std::size_t clusters = 0;
};

/// `statistic` of `resamples` bootstrap samples of `count` documents, each given as the `count`
/// indices drawn. The draws are a function of `seed` and the count alone (SplitMix64, Steele, Lea
/// and Flood 2014, and Lemire's exact mapping to 0..n-1), so that they are the same on every
/// platform.
/// @throws std::invalid_argument  if resamples < 2, or count is 0 or 2^32 or more
[[nodiscard]] std::vector<double> bootstrap_replicates(
    std::size_t count,
    const std::function<double(std::span<const std::size_t> drawn)>& statistic,
    std::int64_t resamples,
    std::uint64_t seed);

/// Sample standard deviation of bootstrap_replicates(); empty with fewer than two documents.
/// @throws std::invalid_argument  if resamples < 2 or count is 2^32 or more
[[nodiscard]] std::optional<double> bootstrap_standard_error(
    std::size_t count,
    const std::function<double(std::span<const std::size_t> drawn)>& statistic,
    std::int64_t resamples = kBootstrapResamples,
    std::uint64_t seed = 0);

/// Indices of rows of `width` values, the smallest row first, equal ones as they stand. A total
/// order, in which sums do not depend on that of the documents: values may be NaN where a stored
/// run had none to give.
[[nodiscard]] std::vector<std::size_t> order_of_rows(std::span<const double> values,
                                                     std::size_t width);

/// The number that a metric reports, added in the order of the documents.
/// @param values  [documents, metric.width], row-major, at least one document
[[nodiscard]] double metric_value(const Metric& metric, std::span<const double> values);

/// Likewise of some of the documents, in the order drawn.
/// @param drawn  indices of documents, at least one; an index may occur several times
[[nodiscard]] double metric_value(const Metric& metric,
                                  std::span<const double> values,
                                  std::span<const std::size_t> drawn);

/// The metric and its bootstrap standard error over documents, both in the order given.
/// @param values  [documents, metric.width], row-major
/// @throws std::invalid_argument  if there are no values, or not `width` for each document
[[nodiscard]] Summary bootstrap_summary(const Metric& metric,
                                        std::span<const double> values,
                                        std::int64_t resamples = kBootstrapResamples,
                                        std::uint64_t seed = 0);

/// The number that a metric reports, with its standard error: of a mean in closed form, else from
/// the bootstrap. Neither depends, to the last bit, on the order of the documents: sums and draws
/// are over documents sorted by their values.
/// @param values    [documents, metric.width], row-major
/// @param clusters  one for each document, or none, see clusters.hpp
/// @throws std::invalid_argument  if there are no values, or not `width` for each document, or not
/// one cluster
[[nodiscard]] Summary summarize(const Metric& metric,
                                std::span<const double> values,
                                std::span<const std::size_t> clusters = {});

/// The Monte Carlo error of a metric, from those of its documents, which are independent: the root
/// of the sum of their squares, carried through the metric to first order. Empty without errors, or
/// where the metric has none to give.
/// @param values  as for summarize()
/// @param errors  [documents], see MetricRecord::mc_errors
/// @throws std::invalid_argument  if there is not one for each document
[[nodiscard]] std::optional<double> monte_carlo_error(const Metric& metric,
                                                      std::span<const double> values,
                                                      std::span<const double> errors);

/// One summary per metric of a task, in the order of its metrics.
using TaskSummary = std::vector<Summary>;

/// One TaskSummary per task of a run, in the order of its tasks. Documents that a judge gave no
/// score (is_unjudged()) count in none; NaN where all are such.
/// @throws std::invalid_argument  with the task and metric that has no values, or not one per
/// sample
[[nodiscard]] std::vector<TaskSummary> summarize(const RunRecord& run);

}  // namespace smdm
