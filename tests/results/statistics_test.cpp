#include "results/statistics/statistics.hpp"

#include <cmath>
#include <stdexcept>

#include "base/metrics/accuracy.hpp"
#include "base/metrics/bits_per_byte.hpp"
#include "base/metrics/bleu.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/numbers/mean.hpp"
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

/// The standard error of a perplexity.
std::optional<double> bootstrapped(const std::vector<double>& nats,
                                   std::int64_t resamples = kBootstrapResamples,
                                   std::uint64_t seed = 0) {
  return bootstrap_summary(metrics::perplexity(), nats, resamples, seed).standard_error;
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
  CHECK(summarize(metrics::perplexity(), sawtooth()).value ==
        Approx(46.97499245186294).epsilon(1e-14));
  // lm-eval's own bootstrap with 100000 resamples gave 7.6072: two standard deviations of ours
  // are 1.4 %.
  CHECK(bootstrapped(sawtooth()).value() == Approx(7.6072071577750915).epsilon(0.02));
}

TEST_CASE("bootstrap draws are those of SplitMix64 and Lemire's mapping") {
  // An implementation of its own in Python, with integers of any size, gave these.
  const std::vector<double> nats = {-1.0, -2.5, -0.25, -4.0, -3.0};
  CHECK(bootstrapped(nats, 1000, 0).value() == Approx(6.35201050679933).epsilon(1e-12));
  CHECK(bootstrapped(nats, 1000, 7).value() == Approx(6.515963471511158).epsilon(1e-12));
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
  CHECK(bootstrapped(nats, 1000000).value() == Approx(std::sqrt(variance)).epsilon(0.005));
}

TEST_CASE("fewer than two values have no standard error, and none have no mean") {
  const std::vector<double> one = {-1.0};
  CHECK(mean(one) == -1.0);
  CHECK_FALSE(mean_standard_error(one).has_value());
  CHECK_FALSE(bootstrapped(one).has_value());
  CHECK(summarize(metrics::perplexity(), one).value == std::exp(1.0));
  CHECK_THROWS_AS(mean({}), std::invalid_argument);
  CHECK_THROWS_AS(summarize(metrics::perplexity(), {}), std::invalid_argument);
  CHECK_THROWS_AS(bootstrapped(one, 1), std::invalid_argument);
}

TEST_CASE("corpus BLEU of counts is sacrebleu's") {
  // sacrebleu 2.6.0, default settings; the counts are what it extracted from the texts named.
  const auto bleu = [](const std::vector<double>& counts) { return corpus_bleu(counts); };
  // "a b c d e" twice; three words alone have no 4-gram; words of another text.
  CHECK(bleu({5, 5, 5, 4, 3, 2, 5, 4, 3, 2}) == Approx(100.0).epsilon(1e-14));
  CHECK(bleu({3, 3, 3, 2, 1, 0, 3, 2, 1, 0}) == 0.0);
  CHECK(bleu({4, 4, 0, 0, 0, 0, 4, 3, 2, 1}) == 0.0);
  CHECK(bleu({0, 1, 0, 0, 0, 0, 0, 0, 0, 0}) == 0.0);
  CHECK(bleu({1, 0, 0, 0, 0, 0, 1, 0, 0, 0}) == 0.0);
  // "a b c d" for "a x c y": smoothed from the bigrams on.
  CHECK(bleu({4, 4, 2, 0, 0, 0, 4, 3, 2, 1}) == Approx(18.99589214128981).epsilon(1e-14));
  // "a b c d e f" for "a b c d": too long, which costs precision alone.
  CHECK(bleu({6, 4, 4, 3, 2, 1, 6, 5, 4, 3}) == Approx(50.81327481546149).epsilon(1e-14));
  CHECK_THROWS_AS(bleu({1, 2, 3}), std::invalid_argument);
}

TEST_CASE("a corpus metric is one of sums, not a mean over documents") {
  // Four texts; the score of all is sacrebleu's.
  const std::vector<double> counts = {7, 7, 6, 4, 2, 1, 7, 6, 5, 4,  //
                                      2, 7, 2, 1, 0, 0, 2, 1, 0, 0,  //
                                      0, 1, 0, 0, 0, 0, 0, 0, 0, 0,  //
                                      4, 3, 2, 0, 0, 0, 4, 3, 2, 1};
  const auto summary = summarize(metrics::bleu(), counts);
  CHECK(summary.value == Approx(26.209625266466297).epsilon(1e-14));
  CHECK(summary.standard_error.value() > 0.0);
  CHECK(summarize(metrics::bleu(), std::span(counts).first(10)).standard_error == std::nullopt);
  CHECK_THROWS_AS(summarize(metrics::bleu(), std::span(counts).first(9)), std::invalid_argument);
  CHECK_THROWS_AS(summarize(metrics::bleu(), {}), std::invalid_argument);
}

TEST_CASE("the standard error of a corpus metric agrees with its exact distribution") {
  // A ratio of sums over two documents, 1/2 and 3/4: both of one (1/4 each), or one of each (1/2).
  const Metric ratio{
      .name = "ratio",
      .width = 2,
      .is_mean = false,
      .of_sums = [](std::span<const double> sums, double) { return sums[0] / sums[1]; }};
  const std::vector<double> values = {1, 2, 3, 4};
  const double centre = (0.5 + 0.75) / 4 + 4.0 / 6 / 2;
  const double variance = (std::pow(0.5 - centre, 2) + std::pow(0.75 - centre, 2)) / 4 +
                          std::pow(4.0 / 6 - centre, 2) / 2;
  const auto summary = bootstrap_summary(ratio, values, 1000000);
  CHECK(summary.value == 4.0 / 6);
  CHECK(summary.standard_error.value() == Approx(std::sqrt(variance)).epsilon(0.005));
  // The bootstrap of a sum of equal documents never moves.
  CHECK(bootstrap_summary(ratio, std::vector<double>{1, 2, 1, 2, 1, 2}).standard_error == 0.0);
}

TEST_CASE("a summary does not depend on the order of the documents, to the last bit") {
  const std::vector<double> values = {0.1, 0.2, 0.3, 0.05, 0.7, 0.15};
  std::vector<double> counts;
  for (int i = 0; i < 40; ++i) {
    const int n = 4 + i % 7;
    for (const int count : {n, 5 + i % 3, n - 1, n - 2, n - 3, n - 4, n, n - 1, n - 2, n - 3}) {
      counts.push_back(count);
    }
  }
  const std::vector<double> turned = {0.1, 0.2, 0.3, 0.15, 0.7, 0.05};
  std::vector<double> turned_counts;
  for (std::size_t row = 40; row-- > 0;) {
    turned_counts.insert(turned_counts.end(),
                         counts.begin() + static_cast<std::ptrdiff_t>(row * 10),
                         counts.begin() + static_cast<std::ptrdiff_t>(row * 10 + 10));
  }
  CHECK(mean(turned) != mean(values));  // the plain sum does
  const auto same = [](const Metric& metric, const auto& a, const auto& b) {
    const auto left = summarize(metric, a);
    const auto right = summarize(metric, b);
    return left.value == right.value && left.standard_error == right.standard_error;
  };
  CHECK(same(metrics::accuracy(), values, turned));
  CHECK(same(metrics::perplexity(), values, turned));
  CHECK(same(metrics::bleu(), counts, turned_counts));
  CHECK(summarize(metrics::accuracy(), values).value == Approx(mean(values)).epsilon(1e-14));
}

TEST_CASE("equal values have a standard error of 0") {
  const std::vector<double> equal(50, -0.75);
  CHECK(mean_standard_error(equal).value() == 0.0);
  CHECK(bootstrapped(equal).value() == Approx(0.0).margin(1e-12));
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

TEST_CASE("Monte Carlo errors of metrics are roots of summed squares, to first order") {
  const std::vector<double> verdicts = {1, 0, 1, 0};
  const std::vector<double> errors = {0.3, 0.0, 0.4, 0.0};
  CHECK(monte_carlo_error(metrics::accuracy(), verdicts, errors).value() == Approx(0.5 / 4.0));
  const std::vector<double> nats = {-1.0, -2.0, -3.0, -2.0};
  CHECK(monte_carlo_error(metrics::perplexity(), nats, errors).value() ==
        Approx(std::exp(2.0) * 0.5 / 4.0));
  const std::vector<double> counts = {-6.0, 3.0, -4.0, 7.0};
  const std::vector<double> two = {0.3, 0.4};
  CHECK(monte_carlo_error(metrics::weighted_perplexity(), counts, two).value() ==
        Approx(std::exp(1.0) * 0.5 / 10.0));
  CHECK(monte_carlo_error(metrics::bits_per_byte(), counts, two).value() ==
        Approx(0.5 / 10.0 / std::log(2.0)));
  std::vector<double> many;
  for (int i = 0; i < 60; ++i) many.push_back(-0.1 * (i * 37 % 101) - 0.01);
  const std::vector<double> some(30, 0.1);
  std::vector<double> turned(many.rbegin(), many.rend());
  for (std::size_t i = 0; i < turned.size(); i += 2) std::swap(turned[i], turned[i + 1]);
  CHECK(monte_carlo_error(metrics::weighted_perplexity(), many, some) ==
        monte_carlo_error(metrics::weighted_perplexity(), turned, some));
  CHECK_FALSE(monte_carlo_error(metrics::accuracy(), verdicts, {}));
  CHECK_THROWS_AS(monte_carlo_error(metrics::accuracy(), verdicts, two), std::invalid_argument);
}

}  // namespace smdm
