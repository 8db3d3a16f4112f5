// Perplexity over periods: values by hand, intervals against what is known of them, and what they
// may not depend on.
#include "results/statistics/period_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include "tests/results/made_periods.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace smdm;
using test::covers;
using test::made_period;

bool same(const Measure& a, const Measure& b) {
  return a.value == b.value && a.interval->low == b.interval->low &&
         a.interval->high == b.interval->high && a.monte_carlo_error == b.monte_carlo_error;
}

/// How many of `count` pairs of periods from one distribution have an interval of the change that
/// covers 0.
int changes_that_cover_zero(int count) {
  int covered = 0;
  for (int seed = 0; seed < count; ++seed) {
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    const std::vector<PeriodScores> periods = {made_period("2024-01", 150, random),
                                               made_period("2024-02", 120, random)};
    const auto results = compare_periods(periods, 0, 2000);
    if (covers(results[1].change->interval, 0.0)) ++covered;
  }
  return covered;
}

}  // namespace

TEST_CASE("values by hand") {
  const std::vector<PeriodScores> periods = {
      {.name = "a",
       .units = {{.nats = -6.0, .tokens = 3.0, .bytes = 12.0, .monte_carlo_error = 0.3},
                 {.nats = -2.0, .tokens = 1.0, .bytes = 4.0, .monte_carlo_error = 0.4}}},
      {.name = "b",
       .units = {{.nats = -9.0, .tokens = 3.0, .bytes = 10.0, .monte_carlo_error = 0.6}}}};
  const auto results = compare_periods(periods, 0);
  CHECK(results[0].units == 2);
  CHECK(results[0].tokens == 4.0);
  CHECK(results[0].bytes == 16.0);
  CHECK(results[0].perplexity.value == Approx(std::exp(2.0)));
  CHECK(results[0].bits_per_byte.value == Approx(8.0 / 16.0 / std::log(2.0)));
  CHECK(*results[0].perplexity.monte_carlo_error == Approx(std::exp(2.0) * 0.5 / 4.0));
  CHECK(*results[0].bits_per_byte.monte_carlo_error == Approx(0.5 / 16.0 / std::log(2.0)));
  // Both documents have one loss per token: nothing to estimate an interval from.
  CHECK_FALSE(results[0].perplexity.interval.has_value());
  CHECK_FALSE(results[0].change.has_value());
  REQUIRE(results[1].change.has_value());
  CHECK(results[1].change->value == Approx(std::exp(1.0) - 1.0));
  CHECK(*results[1].change->monte_carlo_error ==
        Approx(std::exp(1.0) * std::hypot(0.5 / 4.0, 0.6 / 3.0)));
  CHECK_FALSE(results[1].perplexity.interval.has_value());  // a single document
  CHECK_FALSE(results[1].change->interval.has_value());
  CHECK_FALSE(results[1].change_band.has_value());
}

TEST_CASE("an exact model has no Monte Carlo error") {
  std::mt19937_64 random(1);
  const std::vector<PeriodScores> periods = {made_period("a", 5, random),
                                             made_period("b", 5, random)};
  const auto results = compare_periods(periods, 1);
  CHECK_FALSE(results[0].perplexity.monte_carlo_error.has_value());
  CHECK_FALSE(results[0].change->monte_carlo_error.has_value());
  CHECK_FALSE(results[1].change.has_value());
}

TEST_CASE("quantiles interpolate") {
  const std::vector<double> values = {1.0, 2.0, 4.0};
  CHECK(quantile(values, 0.0) == 1.0);
  CHECK(quantile(values, 0.5) == 2.0);
  CHECK(quantile(values, 0.75) == 3.0);
  CHECK(quantile(values, 1.0) == 4.0);
  CHECK_THROWS_AS(quantile({}, 0.5), std::invalid_argument);
}

TEST_CASE("the interval of a mean has the width that theory gives") {
  std::mt19937_64 random(3);
  const std::vector<PeriodScores> periods = {made_period("a", 2000, random)};
  const auto result = compare_periods(periods, 0).front();
  // Linearised ratio: variance of the sum of (loss - mean loss * tokens), over tokens squared.
  const double mean = std::log(result.perplexity.value);
  double squares = 0.0;
  for (const auto& unit : periods[0].units) {
    squares += std::pow(-unit.nats - mean * unit.tokens, 2);
  }
  const double error = std::sqrt(squares) / result.tokens;
  CHECK(std::log(result.perplexity.interval->high) - mean == Approx(1.96 * error).epsilon(0.04));
  CHECK(mean - std::log(result.perplexity.interval->low) == Approx(1.96 * error).epsilon(0.04));
}

TEST_CASE("the order of units and the other periods change no bit") {
  std::mt19937_64 random(5);
  std::vector<PeriodScores> periods = {made_period("a", 40, random), made_period("b", 30, random),
                                       made_period("c", 40, random)};
  const auto wanted = compare_periods(periods, 0);
  for (auto& period : periods) std::shuffle(period.units.begin(), period.units.end(), random);
  const auto shuffled = compare_periods(periods, 0);
  std::swap(periods[1], periods[2]);
  periods.pop_back();
  const auto fewer = compare_periods(periods, 0);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(same(shuffled[i].perplexity, wanted[i].perplexity));
    CHECK(same(shuffled[i].bits_per_byte, wanted[i].bits_per_byte));
  }
  CHECK(same(*shuffled[2].change, *wanted[2].change));
  CHECK(same(*fewer[1].change, *wanted[2].change));
}

TEST_CASE("equal periods under two names are resampled independently") {
  std::mt19937_64 random(7);
  const auto first = made_period("a", 100, random);
  const PeriodScores second{.name = "b", .units = first.units};
  const auto results = compare_periods(std::vector{first, second}, 0);
  CHECK(results[1].change->value == 0.0);
  CHECK(results[1].change->interval->low < -0.02);
  CHECK(results[1].change->interval->high > 0.02);
}

TEST_CASE("a real change is seen") {
  std::mt19937_64 random(11);
  const std::vector<PeriodScores> periods = {made_period("a", 300, random),
                                             made_period("b", 300, random, {.centre = 3.3})};
  const auto results = compare_periods(periods, 0);
  CHECK(results[1].change->interval->low > 0.0);
  CHECK(covers(results[1].change->interval, std::exp(0.3) - 1.0));
}

TEST_CASE("without a change the interval covers 0: 100 repetitions") {
  CHECK(changes_that_cover_zero(100) >= 92);
}

TEST_CASE("without a change the interval covers 0: 400 repetitions", "[.long]") {
  CHECK(changes_that_cover_zero(400) >= 372);  // 93 %
}

TEST_CASE("intervals of a handful of units are wide enough") {
  constexpr int kRepetitions = 400;
  std::mt19937_64 random(17);
  int covered = 0;
  for (int i = 0; i < kRepetitions; ++i) {
    const std::vector<PeriodScores> periods = {made_period("a", 6, random),
                                               made_period("b", 6, random)};
    if (covers(compare_periods(periods, 0, 1000)[1].change->interval, 0.0)) ++covered;
  }
  CHECK(covered >= 372);  // quantiles of 2.5 % and 97.5 % would cover about 350
}

TEST_CASE("what cannot be compared") {
  std::mt19937_64 random(13);
  const auto period = made_period("a", 3, random);
  CHECK_THROWS_AS(compare_periods(std::vector{period}, 1), std::invalid_argument);
  CHECK_THROWS_AS(compare_periods(std::vector{period, period}, 0), std::invalid_argument);
  CHECK_THROWS_AS(compare_periods(std::vector{PeriodScores{.name = "b", .units = {}}}, 0),
                  std::invalid_argument);
}
