// Half widths of bands from the largest deviation of each joint bootstrap sample.
#include "results/statistics/change_band.hpp"

#include <algorithm>
#include <cmath>

#include "base/numbers/mean.hpp"

namespace smdm {
namespace {

constexpr double kMissed = 1.0 - kIntervalLevel;  ///< the chance that all changes share

/// A change on the log scale whose band comes from the bootstrap.
struct LogChange {
  std::size_t period = 0;
  double value = 0.0;
  double error = 0.0;  ///< s_i
  std::size_t units = 0;
  std::vector<double> replicates;
};

std::size_t fewer_units(const PeriodSpread& a, const PeriodSpread& b) {
  return std::min(a.units, b.units);
}

/// Nothing where a replicate overflows or none differs from another.
std::optional<LogChange> log_change(const PeriodSpread& reference,
                                    const PeriodSpread& period,
                                    std::size_t index) {
  LogChange change{.period = index,
                   .value = std::log(period.value / reference.value),
                   .units = fewer_units(reference, period),
                   .replicates = {}};
  change.replicates.reserve(period.replicates.size());
  for (std::size_t b = 0; b < period.replicates.size(); ++b)
    change.replicates.push_back(std::log(period.replicates[b] / reference.replicates[b]));
  constexpr double kRounding = 1e-12;
  change.error = sample_deviation(change.replicates);
  if (!std::isfinite(change.value) || !(change.error > kRounding)) return std::nullopt;
  return std::isfinite(change.error) ? std::optional(std::move(change)) : std::nullopt;
}

/// c: how many s_i the furthest of all changes strays by, but for the chance `missed`.
double factor_of(std::span<const LogChange> changes, double missed) {
  std::vector<double> furthest(changes.front().replicates.size());
  for (const LogChange& change : changes) {
    for (std::size_t b = 0; b < furthest.size(); ++b) {
      const double deviation = std::fabs(change.replicates[b] - change.value) / change.error;
      furthest[b] = std::max(furthest[b], deviation);
    }
  }
  std::ranges::sort(furthest);
  return quantile(furthest, 1.0 - missed);
}

/// The indices of the periods that have units enough on both sides, at least two.
std::vector<std::size_t> comparable_periods(const PeriodSpread& reference,
                                            std::span<const PeriodSpread> periods) {
  std::vector<std::size_t> known;
  known.reserve(periods.size());
  for (std::size_t i = 0; i < periods.size(); ++i) {
    if (fewer_units(reference, periods[i]) >= 2) known.push_back(i);
  }
  return known;
}

}  // namespace

std::vector<std::optional<Interval>> change_bands(const PeriodSpread& reference,
                                                  std::span<const PeriodSpread> periods) {
  std::vector<std::optional<Interval>> bands(periods.size());
  const auto known = comparable_periods(reference, periods);
  const double share = kMissed / static_cast<double>(std::max<std::size_t>(1, known.size()));
  std::vector<LogChange> changes;
  changes.reserve(known.size());
  for (const std::size_t i : known) {
    if (fewer_units(reference, periods[i]) < kFewUnits) {
      if (reference.first_order && periods[i].first_order)
        bands[i] = first_order_change(reference.first_order.value(), periods[i].first_order.value(),
                                      share / 2.0);
    } else if (auto change = log_change(reference, periods[i], i)) {
      changes.push_back(std::move(*change));
    }
  }
  if (changes.empty()) return bands;
  const double factor = factor_of(changes, share * static_cast<double>(changes.size()));
  for (const LogChange& change : changes) {
    const double half_width = expanded(factor, change.units) * change.error;
    bands[change.period] = {.low = std::expm1(change.value - half_width),
                            .high = std::expm1(change.value + half_width)};
  }
  return bands;
}

}  // namespace smdm
