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
#include "results/statistics/change_band.hpp"
#include "results/statistics/first_order.hpp"

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
  std::optional<FirstOrder> first_order;  ///< of the perplexity's logarithm
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

/// The interval of a metric: of few units to first order, else from its replicates.
std::optional<Interval> interval_of(const Metric& metric,
                                    std::span<const double> values,
                                    std::vector<double> replicates) {
  const std::size_t units = values.size() / metric.width;
  if (units < kFewUnits) return first_order_interval(metric, values);
  return expanded_interval(std::move(replicates), units);
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
  out.first_order = first_order(perplexity, by_token);
  auto bits = replicates_of(bits_per_byte, by_byte, resamples, seed);
  out.result = {.name = period.name,
                .units = units.size(),
                .tokens = total(units, &ScoredUnit::tokens),
                .bytes = total(units, &ScoredUnit::bytes),
                .perplexity = {.value = metric_value(perplexity, by_token),
                               .interval = interval_of(perplexity, by_token, out.perplexities),
                               .monte_carlo_error = std::nullopt},
                .bits_per_byte = {.value = metric_value(bits_per_byte, by_byte),
                                  .interval = interval_of(bits_per_byte, by_byte, std::move(bits)),
                                  .monte_carlo_error = std::nullopt},
                .change = std::nullopt,
                .change_band = std::nullopt};
  if (const auto error = error_of_sum(units)) {
    out.relative_error = *error / out.result.tokens;  // of exp(-nats / tokens), to first order
    out.result.perplexity.monte_carlo_error = out.result.perplexity.value * out.relative_error;
    const std::array sums{total(units, &ScoredUnit::nats), out.result.bytes};
    out.result.bits_per_byte.monte_carlo_error =
        bits_per_byte.error_of_sums(sums, static_cast<double>(units.size()), *error);
  }
  return out;
}

std::optional<Interval> change_interval(const Resampled& reference, const Resampled& period) {
  const std::size_t units = std::min(reference.result.units, period.result.units);
  const bool spreads = reference.result.perplexity.interval || period.result.perplexity.interval;
  if (units < 2 || !spreads) return std::nullopt;
  if (units < kFewUnits) {
    if (!reference.first_order || !period.first_order) return std::nullopt;
    return first_order_change(*reference.first_order, *period.first_order, 1.0 - kUpperEnd);
  }
  std::vector<double> changes;
  changes.reserve(period.perplexities.size());
  for (std::size_t i = 0; i < period.perplexities.size(); ++i) {
    changes.push_back(period.perplexities[i] / reference.perplexities[i] - 1.0);
  }
  return expanded_interval(std::move(changes), units);
}

Measure change_from(const Resampled& reference, const Resampled& period) {
  Measure change{.value = period.result.perplexity.value / reference.result.perplexity.value - 1.0,
                 .interval = change_interval(reference, period),
                 .monte_carlo_error = std::nullopt};
  if (period.result.perplexity.monte_carlo_error && reference.result.perplexity.monte_carlo_error) {
    change.monte_carlo_error =
        (change.value + 1.0) * std::hypot(period.relative_error, reference.relative_error);
  }
  return change;
}

PeriodSpread spread_of(const Resampled& period) {
  return {.value = period.result.perplexity.value,
          .units = period.result.units,
          .replicates = period.perplexities,
          .first_order = period.first_order};
}

/// Gives every change its band.
void add_bands(std::span<const Resampled> resampled,
               std::size_t reference,
               std::vector<PeriodResult>& results) {
  std::vector<PeriodSpread> changed;
  std::vector<std::size_t> places;
  changed.reserve(resampled.size());
  places.reserve(resampled.size());
  for (std::size_t i = 0; i < resampled.size(); ++i) {
    const auto& change = results[i].change;
    if (!change || !change->interval) continue;
    changed.push_back(spread_of(resampled[i]));
    places.push_back(i);
  }
  const auto bands = change_bands(spread_of(resampled[reference]), changed);
  for (std::size_t k = 0; k < places.size(); ++k) {
    PeriodResult& result = results[places[k]];
    if (bands[k])
      result.change_band = hull(bands[k].value(), result.change.value().interval.value());
  }
}

}  // namespace

std::vector<PeriodResult> compare_periods(std::span<const PeriodScores> periods,
                                          std::size_t reference,
                                          std::int64_t resamples) {
  check(periods, reference);
  std::vector<Resampled> resampled;
  resampled.reserve(periods.size());
  for (const PeriodScores& period : periods) resampled.push_back(resample(period, resamples));
  std::vector<PeriodResult> results;
  results.reserve(resampled.size());
  for (std::size_t i = 0; i < resampled.size(); ++i) {
    auto result = resampled[i].result;
    if (i != reference) result.change = change_from(resampled[reference], resampled[i]);
    results.push_back(std::move(result));
  }
  add_bands(resampled, reference, results);
  return results;
}

}  // namespace smdm
