/// From per-document values to one number and its standard error, as lm-evaluation-harness 0.4.4
/// defines them (lm_eval/api/metrics.py: mean, mean_stderr, perplexity, bootstrap_stderr).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/request.hpp"
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
};

/// exp(-mean) of log-likelihoods in nats.
/// @throws std::invalid_argument  if there are no values
[[nodiscard]] double perplexity(std::span<const double> nats);

/// Sample standard deviation of the perplexities of `resamples` bootstrap samples; empty with fewer
/// than two values. The draws are a function of `seed` and the count alone (SplitMix64, Steele, Lea
/// and Flood 2014, and Lemire's exact mapping to 0..n-1), so that the value is the same on every
/// platform up to the rounding of exp.
/// @throws std::invalid_argument  if resamples < 2
[[nodiscard]] std::optional<double> perplexity_standard_error(
    std::span<const double> nats,
    std::int64_t resamples = kBootstrapResamples,
    std::uint64_t seed = 0);

/// `statistic` of `resamples` bootstrap samples of `count` documents, each given as the `count`
/// indices drawn. The draws are a function of `seed` and the count alone.
/// @throws std::invalid_argument  if resamples < 2, or count is 0 or 2^32 or more
[[nodiscard]] std::vector<double> bootstrap_replicates(
    std::size_t count,
    const std::function<double(std::span<const std::size_t> drawn)>& statistic,
    std::int64_t resamples,
    std::uint64_t seed);

/// Sample standard deviation of bootstrap_replicates(); empty with fewer than two documents. The
/// draws are those of perplexity_standard_error.
/// @throws std::invalid_argument  if resamples < 2 or count is 2^32 or more
[[nodiscard]] std::optional<double> bootstrap_standard_error(
    std::size_t count,
    const std::function<double(std::span<const std::size_t> drawn)>& statistic,
    std::int64_t resamples = kBootstrapResamples,
    std::uint64_t seed = 0);

/// BLEU of a corpus, 0 to 100, from the sums over its documents of the counts that
/// Aggregation::bleu is about, as sacrebleu 2.6.0 defines it by default: exponential smoothing of
/// n-grams that are never found, 0 if no word is found or no document has four.
/// @throws std::invalid_argument  if the number of counts is another
[[nodiscard]] double corpus_bleu(std::span<const double> counts);

/// exp(-nats / tokens) and -nats / bytes / ln 2 of a corpus.
/// @param sums  nats, then tokens or bytes, added over documents
[[nodiscard]] double weighted_perplexity(std::span<const double> sums);
[[nodiscard]] double bits_per_byte(std::span<const double> sums);

/// A metric of the whole corpus: a function of counts that are added over documents.
using CorpusMetric = double (*)(std::span<const double> sums);

/// The metric of a corpus and its bootstrap standard error over documents.
/// @param values  [documents, width], row-major
/// @throws std::invalid_argument  if there are no values, or not `width` for each document
[[nodiscard]] Summary summarize_corpus(CorpusMetric metric,
                                       std::span<const double> values,
                                       std::size_t width,
                                       std::int64_t resamples = kBootstrapResamples,
                                       std::uint64_t seed = 0);

/// The number that a metric reports. It does not depend, to the last bit, on the order of the
/// documents: sums and draws are over documents sorted by their values.
/// @param values  values_per_document(aggregation) for each document, row-major
/// @throws std::invalid_argument  if there are no values
[[nodiscard]] Summary summarize(Aggregation aggregation, std::span<const double> values);

/// The Monte Carlo error of a metric, from those of its documents, which are independent: the root
/// of the sum of their squares, carried through the metric to first order. Empty without errors.
/// @param values  as for summarize()
/// @param errors  [documents], see MetricRecord::mc_errors
/// @throws std::invalid_argument  if there is not one for each document
[[nodiscard]] std::optional<double> monte_carlo_error(Aggregation aggregation,
                                                      std::span<const double> values,
                                                      std::span<const double> errors);

/// One summary per metric of a task, in the order of its metrics.
using TaskSummary = std::vector<Summary>;

/// One TaskSummary per task of a run, in the order of its tasks.
/// @throws std::invalid_argument  with the task and metric that has no values, or not one per
/// sample
[[nodiscard]] std::vector<TaskSummary> summarize(const RunRecord& run);

}  // namespace smdm
