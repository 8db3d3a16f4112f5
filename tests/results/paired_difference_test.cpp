// Differences with their errors: values by hand and of scipy, coverage, and power.
#include "results/statistics/paired_difference.hpp"

#include <cmath>
#include <random>
#include <stdexcept>

#include "base/metrics/accuracy.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/metrics/rank.hpp"
#include "results/statistics/statistics.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

/// How many of `count` pairs of runs on new documents have an interval that holds the difference.
template <typename DrawPair>
int covered(int count, const Metric& metric, double truth, const DrawPair& draw_pair) {
  int inside = 0;
  for (int i = 0; i < count; ++i) {
    std::mt19937_64 random(static_cast<std::uint64_t>(i));
    const auto [a, b] = draw_pair(random);
    const auto interval = paired_difference(metric, a, b).interval.value();
    if (interval.low <= truth && truth <= interval.high) ++inside;
  }
  return inside;
}

}  // namespace

TEST_CASE("a mean of scores: scipy's paired t interval") {
  const std::vector<double> a = {0.5, 1.0, 0.25, 0.2, 1.0, 0.125, 0.5, 0.1};
  const std::vector<double> b = {1.0, 1.0, 0.5, 0.25, 0.5, 0.5, 1.0, 0.2};
  // scipy 1.17.1: stats.ttest_rel(b, a).confidence_interval().
  const auto difference = paired_difference(metrics::accuracy(), a, b);
  CHECK(difference.difference == Approx(0.159375));
  CHECK(difference.a == Approx(3.675 / 8));
  CHECK(*difference.standard_error == Approx(0.11668194521555471).epsilon(1e-12));
  CHECK(difference.interval->low == Approx(-0.11653395737972133).epsilon(1e-10));
  CHECK(difference.interval->high == Approx(0.4352839573797213).epsilon(1e-10));
  CHECK(*difference.detectable == Approx(2.80 * 0.11668194521555471));
  CHECK(difference.test == PairedTest::permutation);
  CHECK(difference.documents == 8);
  CHECK(difference.changed == 7);
  CHECK(difference.risen == 6);
  CHECK(difference.fallen == 1);
  CHECK(paired_difference(metrics::accuracy(), b, a).difference == -difference.difference);
}

TEST_CASE("verdicts: McNemar, and the interval of Agresti and Min") {
  std::vector<double> a(40, 1.0);
  std::vector<double> b(40, 1.0);
  for (std::size_t i = 0; i < 10; ++i) b[i] = 0.0;
  for (std::size_t i = 10; i < 13; ++i) a[i] = 0.0;
  const auto difference = paired_difference(metrics::accuracy(), a, b);
  CHECK(difference.test == PairedTest::mcnemar);
  CHECK(difference.p_value == Approx(0.09228515625));
  CHECK(difference.difference == Approx(-7.0 / 40));
  // By hand: 10.5 and 3.5 of 42.
  const double centre = -7.0 / 42;
  const double width = 1.959963984540054 * std::sqrt((14.0 / 42 - centre * centre) / 42);
  CHECK(difference.interval->low == Approx(centre - width));
  CHECK(difference.interval->high == Approx(centre + width));
}

TEST_CASE("where no document differs, nothing can be said about what could be seen") {
  const std::vector<double> same(25, 1.0);
  const auto difference = paired_difference(metrics::accuracy(), same, same);
  CHECK(difference.p_value == 1.0);
  CHECK_FALSE(difference.detectable.has_value());
  CHECK(difference.changed == 0);
  CHECK(difference.interval->low < -0.05);  // one document in 25 may well differ
  CHECK(difference.interval->high > 0.05);
  const std::vector<double> one = {1.0};
  const auto single = paired_difference(metrics::accuracy(), one, std::vector<double>{0.0});
  CHECK_FALSE(single.standard_error.has_value());
  CHECK_FALSE(single.interval.has_value());
  CHECK_FALSE(single.detectable.has_value());
}

TEST_CASE("metrics of a corpus: values by hand, errors by the bootstrap") {
  std::vector<double> a;
  std::vector<double> b;
  std::mt19937_64 random(3);
  std::normal_distribution<double> loss(3.0, 0.5);
  for (int i = 0; i < 200; ++i) {
    const auto tokens = static_cast<double>(10 + random() % 50);
    const double nats = -tokens * loss(random);
    a.insert(a.end(), {nats, tokens});
    b.insert(b.end(), {nats + 0.1 * tokens, tokens});  // each document better by the same
  }
  const auto difference = paired_difference(metrics::weighted_perplexity(), a, b);
  CHECK(difference.b == Approx(difference.a * std::exp(-0.1)));
  CHECK(difference.test == PairedTest::permutation);
  CHECK(difference.p_value < 0.001);
  CHECK(difference.interval->low < difference.difference);
  CHECK(difference.difference < difference.interval->high);
  CHECK(difference.interval->high < 0.0);
  // To first order the error is that of perplexity itself, times the share that the change is.
  const auto alone = summarize(metrics::weighted_perplexity(), a).standard_error.value();
  CHECK(*difference.standard_error == Approx(alone * (1.0 - std::exp(-0.1))).epsilon(0.05));
  CHECK(difference.changed == 200);
  CHECK(difference.risen == 0);
}

TEST_CASE("intervals cover what is true, Monte Carlo error included") {
  constexpr int kCount = 400;
  constexpr double kLeast = 0.95 - 3.0 * 0.0109;  // three standard errors below
  const int verdicts = covered(kCount, metrics::accuracy(), 0.0, [](std::mt19937_64& random) {
    const auto chances = test::drawn_chances(60, random);
    const auto a = test::drawn_verdicts(chances, random);
    return std::pair(a, test::drawn_verdicts(chances, random));
  });
  CHECK(verdicts >= kLeast * kCount);
  const int scores = covered(kCount, metrics::accuracy(), 0.25, [](std::mt19937_64& random) {
    std::normal_distribution<double> noise;
    std::vector<double> a;
    std::vector<double> b;
    for (int i = 0; i < 20; ++i) {
      const double document = 3.0 * noise(random);
      a.push_back(document + noise(random));
      b.push_back(document + noise(random) + 0.25);
    }
    return std::pair(a, b);
  });
  CHECK(scores >= kLeast * kCount);
  CHECK(scores <= 0.99 * kCount);
}

TEST_CASE("the detectable difference is detected in four of five runs") {
  constexpr int kCount = 300;
  constexpr std::size_t kDocuments = 100;
  // Differences of deviation 1: 0.28 is 2.80 standard errors.
  int seen = 0;
  for (int i = 0; i < kCount; ++i) {
    std::mt19937_64 random(static_cast<std::uint64_t>(i));
    std::normal_distribution<double> noise(0.28, 1.0);
    std::vector<double> a(kDocuments, 0.0);
    std::vector<double> b;
    for (std::size_t k = 0; k < kDocuments; ++k) b.push_back(noise(random));
    if (permutation_p_value(metrics::accuracy(), a, b, {}, 1000) <= 0.05) ++seen;
  }
  CHECK(seen >= 0.73 * kCount);
  CHECK(seen <= 0.87 * kCount);
}

TEST_CASE("where all documents moved by the same nothing says what could have been seen") {
  const std::vector<double> a = {0.1, 0.2, 0.3, 0.7};
  std::vector<double> b;
  for (const double value : a) b.push_back(value + 0.1);
  const auto shifted = paired_difference(metrics::accuracy(), a, b);
  CHECK(shifted.changed == 4);
  CHECK_FALSE(shifted.detectable.has_value());
  b[0] += 1e-6;
  CHECK(paired_difference(metrics::accuracy(), a, b).detectable.has_value());
}

TEST_CASE("a bootstrap sample that overflows leaves no interval") {
  const std::vector<double> a = {-1.0, -2.0, -1.5, -1.0, -1.0, -1.0};
  // Twice the last: exp(600), thrice: exp(900).
  const std::vector<double> b = {-1.0, -2.0, -1.5, -1.0, -1.0, -1800.0};
  const auto difference = paired_difference(metrics::perplexity(), a, b);
  CHECK(std::isfinite(difference.b));
  CHECK_FALSE(difference.interval.has_value());
  CHECK(difference.no_interval == "a sample of documents overflows");
  CHECK_FALSE(difference.detectable.has_value());
  CHECK_FALSE(metric_interval(metrics::perplexity(), b).has_value());
}

TEST_CASE("differences that do not spread have no interval, and the reason is said") {
  const std::vector<double> scores = {0.5, 0.25, 0.1, 1.0, 0.2, 0.5, 0.125};
  std::vector<double> higher = scores;
  for (double& score : higher) score += 0.1;
  const auto reason = [](const Metric& metric, std::span<const double> a,
                         std::span<const double> b) {
    const auto difference = paired_difference(metric, a, b);
    CHECK(difference.interval.has_value() == difference.no_interval.empty());
    return difference.no_interval;
  };
  CHECK(reason(metrics::reciprocal_rank(), scores, scores) == "no document differs");
  CHECK(reason(metrics::perplexity(), scores, scores) == "no document differs");
  CHECK(reason(metrics::reciprocal_rank(), scores, higher) == "all documents differ by the same");
  const std::span<const double> all = scores;
  CHECK(reason(metrics::reciprocal_rank(), all.first(1), all.last(1)) == "a single document");
  CHECK(reason(metrics::perplexity(), all.first(4), all.last(4)).empty());
  higher[0] = scores[0];
  CHECK(reason(metrics::reciprocal_rank(), scores, higher).empty());
  CHECK(reason(metrics::perplexity(), scores, higher).empty());
  // Verdicts have a width also where none differs.
  const std::vector<double> right(7, 1.0);
  CHECK(reason(metrics::accuracy(), right, right).empty());
  // Of one run: a score that is the same for all documents.
  CHECK_FALSE(metric_interval(metrics::reciprocal_rank(), std::vector<double>(7, 0.5)).has_value());
  CHECK_FALSE(metric_interval(metrics::perplexity(), std::vector<double>(7, -0.3)).has_value());
}

TEST_CASE("intervals of one run") {
  std::vector<double> verdicts(40, 1.0);
  verdicts[3] = verdicts[7] = 0.0;
  // statsmodels 0.15.0: proportion_confint(38, 40, method="wilson").
  const auto wilson = metric_interval(metrics::accuracy(), verdicts).value();
  CHECK(wilson.low == Approx(0.8349612263085903).epsilon(1e-12));
  CHECK(wilson.high == Approx(0.9861793326138516).epsilon(1e-12));
  const std::vector<double> scores = {0.5, 0.25, 0.75, 0.5};
  const auto student = metric_interval(metrics::accuracy(), scores).value();
  CHECK(0.5 * (student.low + student.high) == Approx(0.5));
  CHECK(student.high == Approx(0.5 + 3.182446305284263 * 0.1020620726159658).epsilon(1e-9));
  CHECK_FALSE(metric_interval(metrics::accuracy(), std::vector<double>{0.5}).has_value());
  const auto perplexity = metric_interval(metrics::perplexity(), std::vector<double>{-1, -2, -3});
  CHECK(perplexity->low < std::exp(2.0));
  CHECK(perplexity->high > std::exp(2.0));
}

}  // namespace smdm
