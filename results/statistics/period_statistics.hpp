/// Perplexity of the periods of a corpus, and how it changes from one of them: values, intervals
/// over documents, and the Monte Carlo error apart.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/statistics/interval.hpp"
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

/// A number with what chance contributes to it.
struct Measure {
  double value = 0.0;
  /// 95 % interval over units; empty for a single one, and where units do not spread: there is
  /// nothing to estimate from. It contains the Monte Carlo error, whose draws are independent
  /// between units.
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
  /// The band in which, with 95 % chance, the changes of all periods lie at once; never narrower
  /// than the interval of the change, and empty where that is.
  std::optional<Interval> change_band;
};

/// One result per period, in order. None depends, to the last bit, on the order of a period's units
/// or on the other periods (but for the change and its band).
///
/// Intervals are expanded percentile intervals (expanded_interval()) of `resamples` bootstrap
/// samples, n being the number of units, for a change the smaller of the two. Draws depend on a
/// period's name and its number of units. With fewer than kFewUnits units, in a change on either
/// side, they are those of Student's t to first order (first_order_interval(),
/// first_order_change()). Bands: change_bands().
/// @param periods    with different names
/// @param reference  index of the period that changes are from
/// @throws std::invalid_argument  if a limit above is broken
[[nodiscard]] std::vector<PeriodResult> compare_periods(
    std::span<const PeriodScores> periods,
    std::size_t reference,
    std::int64_t resamples = kBootstrapResamples);

}  // namespace smdm
