#include "results/statistics.hpp"

#include <cmath>
#include <stdexcept>

#include "tests/results/sample_run.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

/// 200 values whose statistics lm-eval 0.4.4 itself computed (lm_eval.api.metrics, Python 3.11).
std::vector<double> sawtooth() {
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) values.push_back(-(i * 37 % 101) / 13.0);
  return values;
}

}  // namespace

TEST_CASE("mean and its standard error are lm-eval's") {
  const std::vector<double> verdicts = {1, 0, 1, 1, 0, 1, 0};
  CHECK(mean(verdicts) == 0.5714285714285714);
  CHECK(mean_standard_error(verdicts).value() == 0.20203050891044214);
  CHECK(mean(sawtooth()) == -3.849615384615385);
  CHECK(mean_standard_error(sawtooth()).value() == Approx(0.15943398580988663).epsilon(1e-14));
}

TEST_CASE("perplexity and its standard error are lm-eval's") {
  CHECK(perplexity(sawtooth()) == Approx(46.97499245186294).epsilon(1e-14));
  // lm-eval's own bootstrap with 100000 resamples gave 7.6072: two standard deviations of ours
  // are 1.4 %.
  CHECK(perplexity_standard_error(sawtooth()).value() == Approx(7.6072071577750915).epsilon(0.02));
}

TEST_CASE("bootstrap draws are those of SplitMix64 and Lemire's mapping") {
  // An implementation of its own in Python, with integers of any size, gave these.
  const std::vector<double> nats = {-1.0, -2.5, -0.25, -4.0, -3.0};
  CHECK(perplexity_standard_error(nats, 1000, 0).value() ==
        Approx(6.35201050679933).epsilon(1e-12));
  CHECK(perplexity_standard_error(nats, 1000, 7).value() ==
        Approx(6.515963471511158).epsilon(1e-12));
}

TEST_CASE("bootstrap agrees with the exact distribution for two documents") {
  const std::vector<double> nats = {-1.0, -2.0};
  // Resamples: both first (1/4), both second (1/4), one of each (1/2).
  const double low = std::exp(1.0);
  const double middle = std::exp(1.5);
  const double high = std::exp(2.0);
  const double centre = (low + 2 * middle + high) / 4;
  const double variance =
      (std::pow(low - centre, 2) + 2 * std::pow(middle - centre, 2) + std::pow(high - centre, 2)) /
      4;
  CHECK(perplexity_standard_error(nats, 1000000).value() ==
        Approx(std::sqrt(variance)).epsilon(0.005));
}

TEST_CASE("fewer than two values have no standard error, and none have no mean") {
  const std::vector<double> one = {-1.0};
  CHECK(mean(one) == -1.0);
  CHECK_FALSE(mean_standard_error(one).has_value());
  CHECK_FALSE(perplexity_standard_error(one).has_value());
  CHECK(summarize(Aggregation::perplexity, one).value == std::exp(1.0));
  CHECK_THROWS_AS(mean({}), std::invalid_argument);
  CHECK_THROWS_AS(perplexity({}), std::invalid_argument);
  CHECK_THROWS_AS(perplexity_standard_error(one, 1), std::invalid_argument);
}

TEST_CASE("equal values have a standard error of 0") {
  const std::vector<double> equal(50, -0.75);
  CHECK(mean_standard_error(equal).value() == 0.0);
  CHECK(perplexity_standard_error(equal).value() == Approx(0.0).margin(1e-12));
}

TEST_CASE("a run is summarized task by task, metric by metric") {
  const auto summaries = summarize(test::sample_run());
  REQUIRE(summaries.size() == 3);
  CHECK(summaries[0][0].value == 2.0 / 3);
  CHECK(summaries[0][1].value == 1.0);
  CHECK(summaries[1][0].value ==
        Approx(std::exp((7.62280082457942 + 4.453871940548014 + 2.2868) / 3)));
  CHECK(summaries[2][0].value == 0.0);
  CHECK(summaries[2][1].value == 0.5);
}

TEST_CASE("a metric without one value per document is refused by name") {
  auto run = test::sample_run();
  run.tasks[1].metrics[1].values.pop_back();
  try {
    const auto summaries = summarize(run);
    FAIL("no exception, " << summaries.size());
  } catch (const std::invalid_argument& error) {
    CHECK(std::string(error.what()).find("lambada_standard") != std::string::npos);
    CHECK(std::string(error.what()).find("acc,none") != std::string::npos);
  }
}

}  // namespace smdm
