// Periods of a corpus resampled: perplexity, bits per byte, and the change from a reference.
#include "results/statistics/period_statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <compare>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/metrics/bits_per_byte.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/numbers/distributions.hpp"

namespace smdm {
namespace {

/// Hash of a name (FNV-1a, 64 bits): the seed of its period's draws.
std::uint64_t seed_of(const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return hash;
}

/// The units in an order of their own, so that sums and draws do not depend on the one given.
std::vector<ScoredUnit> sorted_units(std::vector<ScoredUnit> units) {
  const auto key = [](const ScoredUnit& unit) {
    return std::array{unit.nats, unit.tokens, unit.bytes, unit.monte_carlo_error.value_or(0.0)};
  };
  std::sort(units.begin(), units.end(), [&](const ScoredUnit& a, const ScoredUnit& b) {
    const auto left = key(a);
    const auto right = key(b);
    return std::lexicographical_compare(
        left.begin(), left.end(), right.begin(), right.end(),
        [](double x, double y) { return std::strong_order(x, y) < 0; });
  });
  return units;
}

/// A period's units, their sums, and replicates of its two measures.
struct Resampled {
  PeriodResult result;
  double relative_error = 0.0;  ///< Monte Carlo, of the perplexity
  std::vector<double> perplexities;
};

double total(std::span<const ScoredUnit> units, double ScoredUnit::* member) {
  double sum = 0.0;
  for (const ScoredUnit& unit : units) sum += unit.*member;
  return sum;
}

/// Standard error of the summed nats; empty if a unit has none.
std::optional<double> error_of_sum(std::span<const ScoredUnit> units) {
  double squares = 0.0;
  for (const ScoredUnit& unit : units) {
    if (!unit.monte_carlo_error) return std::nullopt;
    squares += *unit.monte_carlo_error * *unit.monte_carlo_error;
  }
  return std::sqrt(squares);
}

/// The share of replicates beyond either end: below 2.5 %, since bootstrap samples of n units
/// spread less than samples of the source by sqrt((n - 1) / n), and their spread is itself
/// estimated.
double tail_of(std::size_t units) {
  constexpr double kUpper = (1.0 + kIntervalLevel) / 2.0;
  const auto n = static_cast<double>(units);
  return normal_cdf(-std::sqrt(n / (n - 1.0)) * student_t_quantile(kUpper, n - 1.0));
}

/// What the units contribute to a metric of texts: [units, metric.width].
std::vector<double> values_of(const Metric& metric, std::span<const ScoredUnit> units) {
  std::vector<double> values;
  for (const ScoredUnit& unit : units) {
    const auto own =
        metric.of_text({.nats = unit.nats, .tokens = unit.tokens, .bytes = unit.bytes});
    values.insert(values.end(), own.begin(), own.end());
  }
  return values;
}

/// Replicates of a metric; none for a single unit.
std::vector<double> replicates_of(const Metric& metric,
                                  std::span<const double> values,
                                  std::int64_t resamples,
                                  std::uint64_t seed) {
  const std::size_t units = values.size() / metric.width;
  if (units < 2) return {};
  const auto statistic = [&](std::span<const std::size_t> drawn) {
    return metric_value(metric, values, drawn);
  };
  return bootstrap_replicates(units, statistic, resamples, seed);
}

void check(std::span<const PeriodScores> periods, std::size_t reference) {
  std::set<std::string> names;
  for (const PeriodScores& period : periods) {
    const bool whole = total(period.units, &ScoredUnit::tokens) > 0.0 &&
                       total(period.units, &ScoredUnit::bytes) > 0.0;
    if (!whole) {
      throw std::invalid_argument("compare_periods: " + period.name +
                                  ": wanted tokens and bytes, got none");
    }
    if (!names.insert(period.name).second) {
      throw std::invalid_argument("compare_periods: two periods are named " + period.name);
    }
  }
  if (reference >= periods.size()) {
    throw std::invalid_argument("compare_periods: wanted a reference below " +
                                std::to_string(periods.size()) + ", got " +
                                std::to_string(reference));
  }
}

Resampled resample(const PeriodScores& period, std::int64_t resamples) {
  const auto units = sorted_units(period.units);
  const auto seed = seed_of(period.name);
  const auto perplexity = metrics::weighted_perplexity();
  const auto bits_per_byte = metrics::bits_per_byte();
  const auto by_token = values_of(perplexity, units);
  const auto by_byte = values_of(bits_per_byte, units);
  Resampled out;
  out.perplexities = replicates_of(perplexity, by_token, resamples, seed);
  auto bits = replicates_of(bits_per_byte, by_byte, resamples, seed);
  out.result = {.name = period.name,
                .units = units.size(),
                .tokens = total(units, &ScoredUnit::tokens),
                .bytes = total(units, &ScoredUnit::bytes),
                .perplexity = {.value = metric_value(perplexity, by_token),
                               .interval = expanded_interval(out.perplexities, units.size()),
                               .monte_carlo_error = std::nullopt},
                .bits_per_byte = {.value = metric_value(bits_per_byte, by_byte),
                                  .interval = expanded_interval(std::move(bits), units.size()),
                                  .monte_carlo_error = std::nullopt},
                .change = std::nullopt};
  if (const auto error = error_of_sum(units)) {
    out.relative_error = *error / out.result.tokens;  // of exp(-nats / tokens), to first order
    out.result.perplexity.monte_carlo_error = out.result.perplexity.value * out.relative_error;
    const std::array sums{total(units, &ScoredUnit::nats), out.result.bytes};
    out.result.bits_per_byte.monte_carlo_error =
        bits_per_byte.error_of_sums(sums, static_cast<double>(units.size()), *error);
  }
  return out;
}

Measure change_from(const Resampled& reference, const Resampled& period) {
  Measure change{.value = period.result.perplexity.value / reference.result.perplexity.value - 1.0,
                 .interval = std::nullopt,
                 .monte_carlo_error = std::nullopt};
  if (!reference.perplexities.empty() && !period.perplexities.empty()) {
    std::vector<double> changes;
    changes.reserve(period.perplexities.size());
    for (std::size_t i = 0; i < period.perplexities.size(); ++i) {
      changes.push_back(period.perplexities[i] / reference.perplexities[i] - 1.0);
    }
    change.interval = expanded_interval(std::move(changes),
                                        std::min(reference.result.units, period.result.units));
  }
  if (period.result.perplexity.monte_carlo_error && reference.result.perplexity.monte_carlo_error) {
    change.monte_carlo_error =
        (change.value + 1.0) * std::hypot(period.relative_error, reference.relative_error);
  }
  return change;
}

}  // namespace

std::optional<Interval> expanded_interval(std::vector<double> replicates, std::size_t units) {
  if (replicates.empty()) return std::nullopt;
  const double tail = tail_of(units);
  std::sort(replicates.begin(), replicates.end(),
            [](double a, double b) { return std::strong_order(a, b) < 0; });
  return Interval{.low = quantile(replicates, tail), .high = quantile(replicates, 1.0 - tail)};
}

double quantile(std::span<const double> sorted, double probability) {
  if (sorted.empty()) throw std::invalid_argument("quantile: wanted at least one value, got none");
  const double at = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const auto above = std::min(below + 1, sorted.size() - 1);
  const double share = at - static_cast<double>(below);
  return sorted[below] + share * (sorted[above] - sorted[below]);
}

std::vector<PeriodResult> compare_periods(std::span<const PeriodScores> periods,
                                          std::size_t reference,
                                          std::int64_t resamples) {
  check(periods, reference);
  std::vector<Resampled> resampled;
  resampled.reserve(periods.size());
  for (const PeriodScores& period : periods) resampled.push_back(resample(period, resamples));
  std::vector<PeriodResult> results;
  for (std::size_t i = 0; i < resampled.size(); ++i) {
    auto result = resampled[i].result;
    if (i != reference) result.change = change_from(resampled[reference], resampled[i]);
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace smdm
