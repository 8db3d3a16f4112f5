// The band over all changes: by its definition, and how often one of 23 leaves it when nothing
// changed.
#include "results/statistics/change_band.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "base/numbers/distributions.hpp"
#include "base/numbers/mean.hpp"
#include "results/statistics/period_statistics.hpp"
#include "tests/results/made_periods.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

using test::made_period;

bool excludes_zero(const std::optional<Interval>& interval) {
  return interval && (interval->low > 0.0 || interval->high < 0.0);
}

struct Alarms {
  int single = 0;  ///< runs in which some interval excludes 0
  int band = 0;    ///< runs in which some band does
};

/// Months of one source, the first of which is the reference.
Alarms alarms_of(int runs, std::size_t months, std::size_t units, std::int64_t resamples) {
  Alarms alarms;
  for (int run = 0; run < runs; ++run) {
    std::mt19937_64 random(static_cast<std::uint64_t>(run) * 7919U + units);
    std::vector<PeriodScores> periods;
    for (std::size_t i = 0; i < months; ++i)
      periods.push_back(made_period("m" + std::to_string(i), units, random));
    bool single = false;
    bool band = false;
    for (const auto& result : compare_periods(periods, 0, resamples)) {
      if (!result.change) continue;
      single = single || excludes_zero(result.change->interval);
      band = band || excludes_zero(result.change_band);
    }
    alarms.single += single ? 1 : 0;
    alarms.band += band ? 1 : 0;
  }
  return alarms;
}

constexpr std::size_t kMonths = 24;  ///< 23 changes

}  // namespace

TEST_CASE("a band is the furthest deviation over joint replicates, in standard deviations") {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  constexpr std::size_t kReplicates = 2000;
  const std::vector<std::size_t> units = {100, 40, 8, 500};
  std::vector<std::vector<double>> replicates(4);
  for (auto& of_one : replicates) {
    for (std::size_t b = 0; b < kReplicates; ++b)
      of_one.push_back(20.0 * std::exp(0.05 * normal(random)));
  }
  std::vector<PeriodSpread> spreads;
  for (std::size_t i = 0; i < replicates.size(); ++i) {
    spreads.push_back(
        {.value = 20.0, .units = units[i], .replicates = replicates[i], .first_order = {}});
  }
  const auto bands = change_bands(spreads[0], std::span(spreads).subspan(1));
  std::vector<double> furthest(kReplicates);
  std::vector<double> errors;
  for (std::size_t i = 1; i < 4; ++i) {
    std::vector<double> logs;
    for (std::size_t b = 0; b < kReplicates; ++b)
      logs.push_back(std::log(replicates[i][b]) - std::log(replicates[0][b]));
    errors.push_back(sample_deviation(logs));
    for (std::size_t b = 0; b < kReplicates; ++b)
      furthest[b] = std::max(furthest[b], std::fabs(logs[b]) / errors.back());
  }
  std::ranges::sort(furthest);
  const double c = quantile(furthest, 0.95);
  CHECK(c > 2.2);  // three changes that share the reference
  CHECK(c < 2.5);
  const std::vector<double> fewer = {40.0, 8.0, 100.0};  // of the period and the reference
  for (std::size_t i = 0; i < 3; ++i) {
    const double n = fewer[i];
    const double factor = std::sqrt(n / (n - 1.0)) * student_t_quantile(normal_cdf(c), n - 1.0);
    REQUIRE(bands[i].has_value());
    CHECK(bands[i]->low == Approx(std::exp(-factor * errors[i]) - 1.0).epsilon(1e-9));
    CHECK(bands[i]->high == Approx(std::exp(factor * errors[i]) - 1.0).epsilon(1e-9));
  }
}

TEST_CASE("a band contains the interval beside it, and is near it for a single change") {
  std::mt19937_64 random(7);
  std::vector<PeriodScores> periods;
  for (int i = 0; i < 6; ++i) periods.push_back(made_period("m" + std::to_string(i), 60, random));
  for (const auto& result : compare_periods(periods, 0)) {
    if (!result.change) continue;
    CHECK(result.change_band->low <= result.change->interval->low);
    CHECK(result.change_band->high >= result.change->interval->high);
    CHECK(result.change_band->high > 1.1 * result.change->interval->high);  // of five changes
  }
  periods.resize(2);
  const auto one = compare_periods(periods, 0)[1];
  CHECK(one.change_band->high == Approx(one.change->interval->high).epsilon(0.05));
  CHECK(one.change_band->low == Approx(one.change->interval->low).epsilon(0.05));
}

TEST_CASE("few units have bands of their own, single ones none") {
  std::mt19937_64 random(9);
  const std::vector<PeriodScores> periods = {
      made_period("a", 80, random, {.spread = 0.01}), made_period("b", 3, random),
      made_period("c", 80, random), made_period("d", 1, random)};
  const auto results = compare_periods(periods, 0);
  CHECK_FALSE(results[0].change_band.has_value());
  CHECK_FALSE(results[3].change_band.has_value());
  // Two changes share 5 %: 97.5 % each, where the interval has 95 %.
  const auto width = [](const Interval& ends) {
    return std::log((1.0 + ends.high) / (1.0 + ends.low));
  };
  CHECK(width(*results[1].change_band) / width(*results[1].change->interval) ==
        Approx(student_t_quantile(0.9875, 2.0) / student_t_quantile(0.975, 2.0)).epsilon(0.01));
  CHECK(results[2].change_band->high > results[2].change->interval->high);
}

TEST_CASE("intervals and bands of a change are those of the period with fewer units") {
  // The reference does not spread: the change is as uncertain as the period of 8 documents, whose
  // own interval is widened for 8. Widened for 3000 it would be 1.29 times narrower.
  std::mt19937_64 random(11);
  const std::vector<PeriodScores> periods = {made_period("a", 3000, random, {.spread = 0.01}),
                                             made_period("b", 8, random)};
  for (const std::size_t reference : {0U, 1U}) {
    const auto results = compare_periods(periods, reference);
    const auto& own = results[1].perplexity.interval.value();
    const auto& change = results[1 - reference].change->interval.value();
    CHECK(std::log((1.0 + change.high) / (1.0 + change.low)) ==
          Approx(std::log(own.high / own.low)).epsilon(0.03));
    const auto& band = results[1 - reference].change_band.value();
    CHECK(std::log((1.0 + band.high) / (1.0 + band.low)) ==
          Approx(std::log(own.high / own.low)).epsilon(0.15));
  }
}

TEST_CASE("of 23 changes that are none, few runs have one outside its band") {
  constexpr int kRuns = 60;
  const auto alarms = alarms_of(kRuns, kMonths, 30, 400);
  INFO(alarms.single << " and " << alarms.band << " of " << kRuns);
  CHECK(alarms.single >= 0.3 * kRuns);  // what single intervals would have been taken for
  CHECK(alarms.band <= 0.1 * kRuns);
}

TEST_CASE("of 23 changes that are none, 5 % of runs have one outside its band", "[long]") {
  constexpr int kRuns = 400;
  for (const std::size_t units : {3U, 8U, 30U, 100U}) {
    const auto alarms = alarms_of(kRuns, kMonths, units, 1000);
    WARN(units << " units: " << alarms.single << " and " << alarms.band << " of " << kRuns);
    CHECK(alarms.band <= 0.08 * kRuns);
  }
}

}  // namespace smdm
