/// A metric as a value: what it takes from the answer to one document, how the numbers of all
/// documents become one number, and what that number's readers have to know. Tasks name metrics,
/// results add their numbers up; neither asks which metric it is. The list of all is in list.hpp;
/// docs/adding-a-metric.md says how to add one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace smdm {

/// What a model said about the choices of a question.
struct ChoiceOutcome {
  std::span<const double> nats;  ///< [choices], log p; minus infinity for one that is ruled out
  std::span<const std::size_t> characters;  ///< [choices], code points
  std::size_t gold = 0;                     ///< index of the right choice
};

/// What it said about a continuation.
struct ContinuationOutcome {
  double nats = 0.0;              ///< log p
  std::optional<bool> is_greedy;  ///< would greedy decoding give it; empty if that was not asked
};

/// What it said about a whole text.
struct TextOutcome {
  double nats = 0.0;    ///< log p
  double tokens = 0.0;  ///< whose sum it is
  double bytes = 0.0;   ///< that these tokens stand for
};

/// What the numbers of one document are.
enum class DocumentValue : std::uint8_t {
  verdict,         ///< 1 if the answer is right, else 0
  score,           ///< how good the answer is
  log_likelihood,  ///< in nats: more is better, whichever way the metric points
  counts,          ///< several numbers that mean something only when added over documents
};

/// On which scale a metric is proportional to the ratio of its first sum to its second (to the
/// number of documents, where it has one sum alone). That scale has an error to first order.
enum class RatioScale : std::uint8_t {
  none,    ///< it is no such ratio
  linear,  ///< the value itself is: bits per byte
  log,     ///< its logarithm is: a perplexity
};

/// What other last bits, of another build or type of machine, may do to a run's answers.
struct Rounding {
  double turned = 2.0;     ///< documents whose verdict or text may become another one
  double relative = 1e-4;  ///< the share of itself by which a metric of likelihoods may move
};

namespace metrics {

/// What most metrics have in common: the mean of one number a document.
/// @param sums  [1], over `documents` documents, at least one
[[nodiscard]] double mean_of_sums(std::span<const double> sums, double documents);

/// The Monte Carlo error of that mean.
/// @param error  of the sum
[[nodiscard]] double mean_error(std::span<const double> sums, double documents, double error);

/// A mean of numbers between 0 and 1 moves by at most 1 / documents for each that turns.
[[nodiscard]] double mean_tolerance(double value, std::size_t documents, const Rounding& rounding);

/// Likelihoods move a little on every document, and no near tie moves them by more.
[[nodiscard]] double relative_tolerance(double value,
                                        std::size_t documents,
                                        const Rounding& rounding);

}  // namespace metrics

/// A metric, in lm-evaluation-harness's terms. One with nothing but a name is a mean of scores.
struct Metric {
  /// As in every file that is written: "acc".
  std::string name;
  /// The part after the comma in "acc,none": which part of an answer was compared.
  std::string filter = "none";
  /// What files call the way from documents to one number. Name and aggregation together say which
  /// metric it is.
  std::string aggregation = "mean";
  /// After the point, in a table that has a column of its own for it; a table of all metrics has
  /// lm-evaluation-harness's four.
  int digits = 4;
  bool higher_is_better = true;
  /// No value is below or above these. Estimated log-likelihoods may be above 0, and what follows
  /// from them beyond the bounds of a true one.
  double lowest = 0.0;
  double highest = 1.0;

  /// Numbers that each document contributes; they are added over documents.
  std::size_t width = 1;
  DocumentValue document = DocumentValue::score;
  /// Is the value a mean of one number a document? Then standard errors and intervals have a closed
  /// form; those of any other function of the sums come from a bootstrap over documents.
  bool is_mean = true;
  /// Of one that is no mean: what its interval over a handful of documents is built on, with which
  /// a bootstrap cannot do. One that is no ratio has none there.
  RatioScale ratio = RatioScale::none;

  /// The number of a document, from the answer to its question; null where the metric is not one of
  /// such questions. An answer in free text is scored by its task (tasks/ask/task.hpp).
  double (*of_choices)(const ChoiceOutcome& outcome) = nullptr;
  /// @throws std::invalid_argument  if it needs is_greedy and there is none
  double (*of_continuation)(const ContinuationOutcome& outcome) = nullptr;
  /// @return [width]
  std::vector<double> (*of_text)(const TextOutcome& outcome) = nullptr;

  /// The value, from the sums [width] over documents, at least one.
  double (*of_sums)(std::span<const double> sums, double documents) = metrics::mean_of_sums;
  /// The Monte Carlo error of the value, to first order, from that of the first sum (roots of
  /// summed squares of the documents'). Null where there is none to give.
  double (*error_of_sums)(std::span<const double> sums,
                          double documents,
                          double error) = metrics::mean_error;
  /// By how much the value may differ on another build or type of machine, whose last bits are
  /// other ones.
  double (*tolerance)(double value,
                      std::size_t documents,
                      const Rounding& rounding) = metrics::mean_tolerance;

  /// What a race divides a choice's log-likelihood by before it compares, from the choice's
  /// characters. Null where a race cannot give the metric: it finds the best choice and ranks no
  /// others.
  double (*race_divisor)(std::size_t characters) = nullptr;
};

/// The name, with the filter where there is one: "acc_norm", "exact_match,math".
[[nodiscard]] std::string display_name(const Metric& metric);

}  // namespace smdm
