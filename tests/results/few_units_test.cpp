// Intervals of two to five units: by hand, and how often they cover what is true. A bootstrap's
// covered 49, 74 and 90 % with 2, 3 and 4 units.
#include <cmath>
#include <random>

#include "base/metrics/bits_per_byte.hpp"
#include "base/metrics/bleu.hpp"
#include "base/metrics/perplexity.hpp"
#include "results/statistics/first_order.hpp"
#include "results/statistics/paired_difference.hpp"
#include "results/statistics/period_statistics.hpp"
#include "tests/results/made_periods.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

using test::covers;
using test::made_period;

// Of made_period(): nats per token in expectation, and bytes.
constexpr double kLoss = 3.0;
constexpr double kBytesPerToken = 4.0;

struct Covered {
  int perplexity = 0;
  int bits = 0;
  int change = 0;
  int difference = 0;     ///< of two runs over the same texts, which are equal in expectation
  int shifted = 0;        ///< likewise, one of them worse
  int document_mean = 0;  ///< exp of the mean log-likelihood of a document
};

/// A second run over the same texts, each token of which costs `shift` nats more in expectation.
std::vector<double> other_run(const std::vector<double>& values,
                              double shift,
                              std::mt19937_64& random) {
  std::normal_distribution<double> more(shift, 0.1);
  auto other = values;
  for (std::size_t i = 0; i < other.size(); i += 2) other[i] -= other[i + 1] * more(random);
  return other;
}

Covered covered(std::size_t units, int repetitions) {
  Covered count;
  std::mt19937_64 random(100 + units);
  const double truth = std::exp(kLoss);
  for (int i = 0; i < repetitions; ++i) {
    const std::vector<PeriodScores> periods = {made_period("a", units, random),
                                               made_period("b", units, random)};
    const auto results = compare_periods(periods, 0, 2);
    if (covers(results[0].perplexity.interval, truth)) ++count.perplexity;
    if (covers(results[0].bits_per_byte.interval, kLoss / kBytesPerToken / std::log(2.0)))
      ++count.bits;
    if (covers(results[1].change->interval, 0.0)) ++count.change;
    std::vector<double> values;
    std::vector<double> per_document;
    for (const ScoredUnit& unit : periods[0].units) {
      values.insert(values.end(), {unit.nats, unit.tokens});
      per_document.push_back(unit.nats / unit.tokens);
    }
    const auto difference_of = [&](double shift) {
      return paired_difference(metrics::weighted_perplexity(), values,
                               other_run(values, shift, random), {}, 1)
          .interval;
    };
    if (covers(difference_of(0.0), 0.0)) ++count.difference;
    if (covers(difference_of(0.2), std::exp(kLoss + 0.2) - truth)) ++count.shifted;
    if (covers(metric_interval(metrics::perplexity(), per_document), truth)) ++count.document_mean;
  }
  return count;
}

void check_covered(int repetitions, double least) {
  for (const std::size_t units : {2U, 3U, 4U, 5U}) {
    const auto count = covered(units, repetitions);
    INFO(units << " units: " << count.perplexity << ", " << count.bits << ", " << count.change
               << ", " << count.difference << ", " << count.shifted << ", " << count.document_mean
               << " of " << repetitions);
    for (const int one :
         {count.perplexity, count.bits, count.change, count.difference, count.document_mean})
      CHECK(one >= least * repetitions);
    // The larger the perplexities of the texts drawn, the larger is their difference.
    CHECK(count.shifted >= (least - 0.03) * repetitions);
  }
}

}  // namespace

TEST_CASE("intervals of two units by hand") {
  // Losses of 6 / 3 and 3 / 1 nats per token: m = 9 / 4; parts (6 - 3 m) / 4 and (3 - m) / 4.
  const std::vector<double> values = {-6.0, 3.0, -3.0, 1.0};
  const auto known = first_order(metrics::weighted_perplexity(), values).value();
  CHECK(known.value == Approx(9.0 / 4));
  CHECK(known.units == 2);
  const double error = std::sqrt(2.0 * 2.0 * std::pow(0.75 / 4, 2));
  CHECK(known.error == Approx(error));
  constexpr double kStudent = 12.706204736174698;  // scipy 1.17.1: t.ppf(0.975, 1)
  const auto interval = metric_interval(metrics::weighted_perplexity(), values).value();
  CHECK(interval.low == Approx(std::exp(9.0 / 4 - kStudent * error)).epsilon(1e-9));
  CHECK(interval.high == Approx(std::exp(9.0 / 4 + kStudent * error)).epsilon(1e-9));
  // Bits per byte are linear in the ratio: the same numbers as bytes.
  const double bit = std::log(2.0);
  const auto bits = metric_interval(metrics::bits_per_byte(), values).value();
  CHECK(bits.low == Approx((9.0 / 4 - kStudent * error) / bit).epsilon(1e-9));
  CHECK(bits.high == Approx((9.0 / 4 + kStudent * error) / bit).epsilon(1e-9));
  // A mean over documents: the t interval of the log-likelihoods.
  const auto mean = metric_interval(metrics::perplexity(), std::vector<double>{-2.0, -3.0}).value();
  CHECK(mean.low == Approx(std::exp(2.5 - kStudent * 0.5)).epsilon(1e-9));
}

TEST_CASE("a change of few units has Welch's degrees of freedom") {
  const FirstOrder a{.value = 2.0, .error = 0.1, .units = 3};
  const FirstOrder b{.value = 2.5, .error = 0.2, .units = 5};
  // 0.05^2 / (0.0001 / 2 + 0.0016 / 4) = 50 / 9; scipy 1.17.1: t.ppf(0.975, 50 / 9).
  constexpr double kStudent = 2.4951554749980307;
  const auto interval = first_order_change(a, b, 0.025).value();
  const double half_width = kStudent * std::sqrt(0.05);
  CHECK(interval.low == Approx(std::exp(0.5 - half_width) - 1.0).epsilon(1e-6));
  CHECK(interval.high == Approx(std::exp(0.5 + half_width) - 1.0).epsilon(1e-6));
  CHECK_FALSE(first_order_change({2.0, 0.0, 3}, {2.5, 0.0, 5}, 0.025).has_value());
}

TEST_CASE("what is no ratio has no interval of few documents") {
  std::vector<double> counts;
  std::vector<double> others;
  for (int i = 0; i < 5; ++i) {
    const auto one = bleu_counts("a b c d e", i < 3 ? "a b c d e" : "a b c e d");
    counts.insert(counts.end(), one.begin(), one.end());
    const auto two = bleu_counts("a b c d e", i < 2 ? "a b c d e" : "a b e c d");
    others.insert(others.end(), two.begin(), two.end());
  }
  CHECK_FALSE(metric_interval(metrics::bleu(), counts).has_value());
  const auto difference = paired_difference(metrics::bleu(), counts, others);
  CHECK_FALSE(difference.interval.has_value());
  CHECK_FALSE(difference.standard_error.has_value());
  CHECK(difference.no_interval == "fewer than 6 documents");
}

TEST_CASE("a period of few units against one of many: the interval is that of the few") {
  std::mt19937_64 random(5);
  const std::vector<PeriodScores> periods = {made_period("a", 500, random),
                                             made_period("b", 3, random)};
  const auto results = compare_periods(periods, 0);
  const auto& own = results[1].perplexity.interval.value();
  const auto& change = results[1].change->interval.value();
  const double width = std::log(own.high / own.low);
  CHECK(std::log((1.0 + change.high) / (1.0 + change.low)) == Approx(width).epsilon(0.1));
}

TEST_CASE("intervals of a few units cover what is true: 600 repetitions") {
  check_covered(600, 0.93 - 2.5 * 0.0104);  // standard errors below what is seen
}

TEST_CASE("intervals of a few units cover what is true: 5000 repetitions", "[long]") {
  check_covered(5000, 0.93);
}

}  // namespace smdm
