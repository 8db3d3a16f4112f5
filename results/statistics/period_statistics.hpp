/// Perplexity of the periods of a corpus, and how it changes from one of them: values, intervals
/// over documents, and the Monte Carlo error apart.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/statistics/statistics.hpp"

namespace smdm {

/// What is drawn as a whole: a document, or a row of a stream.
struct ScoredUnit {
  double nats = 0.0;                        ///< log-likelihood
  double tokens = 0.0;                      ///< whose sum it is
  double bytes = 0.0;                       ///< that these tokens stand for
  std::optional<double> monte_carlo_error;  ///< standard error in nats; empty where there is none
};

struct PeriodScores {
  std::string name;
  std::vector<ScoredUnit> units;  ///< at least one, with tokens and bytes in all
};

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

inline constexpr double kIntervalLevel = 0.95;

/// A number with what chance contributes to it.
struct Measure {
  double value = 0.0;
  /// 95 % bootstrap interval over units; empty for a single one. It contains the Monte Carlo error,
  /// whose draws are independent between units.
  std::optional<Interval> interval;
  /// The Monte Carlo part alone, a standard error; empty where there is none to give.
  std::optional<double> monte_carlo_error;
};

struct PeriodResult {
  std::string name;
  std::size_t units = 0;
  double tokens = 0.0;
  double bytes = 0.0;
  Measure perplexity;     ///< exp(-nats / tokens)
  Measure bits_per_byte;  ///< -nats / bytes / ln 2
  /// perplexity / that of the reference period - 1, both periods resampled independently; empty for
  /// the reference itself.
  std::optional<Measure> change;
};

/// One result per period, in order. None depends, to the last bit, on the order of a period's units
/// or on the other periods (but for the change).
///
/// Intervals are expanded percentile intervals (Hesterberg 2015, The American
/// Statistician 69, 371) of `resamples`
/// bootstrap samples: the share beyond either end is Phi(-sqrt(n / (n - 1)) t), with t the 97.5 %
/// quantile of Student's t with n - 1 degrees of freedom and n the number of units, for a change
/// the smaller of the two. Draws depend on a period's name and its number of units.
/// @param periods    with different names
/// @param reference  index of the period that changes are from
/// @throws std::invalid_argument  if a limit above is broken
[[nodiscard]] std::vector<PeriodResult> compare_periods(
    std::span<const PeriodScores> periods,
    std::size_t reference,
    std::int64_t resamples = kBootstrapResamples);

/// The quantile of values by linear interpolation between order statistics (numpy's default).
/// @param sorted  ascending, at least one
[[nodiscard]] double quantile(std::span<const double> sorted, double probability);

/// The expanded percentile interval that `compare_periods` describes, at kIntervalLevel.
/// @param replicates  of a statistic on bootstrap samples
/// @param units       that were resampled, at least two
/// @return nothing where there are no replicates
[[nodiscard]] std::optional<Interval> expanded_interval(std::vector<double> replicates,
                                                        std::size_t units);

}  // namespace smdm
