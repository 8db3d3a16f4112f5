// Tests of paired values against scipy and statsmodels, and what they may not depend on.
#include "results/statistics/paired_tests.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "base/metrics/accuracy.hpp"
#include "base/metrics/bits_per_byte.hpp"
#include "base/metrics/perplexity.hpp"
#include "results/statistics/statistics.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

// Two runs over eight documents.
const std::vector<double> kA = {0.5, 1.0, 0.25, 0.2, 1.0, 0.125, 0.5, 0.1};
const std::vector<double> kB = {1.0, 1.0, 0.5, 0.25, 0.5, 0.5, 1.0, 0.2};

/// Four standard deviations of a p-value out of kPermutations draws.
double spread(double p) {
  return 4.0 * std::sqrt(p * (1.0 - p) / static_cast<double>(kPermutations));
}

}  // namespace

TEST_CASE("exact McNemar is statsmodels'") {
  // statsmodels 0.15.0, contingency_tables.mcnemar(exact=True); scipy 1.17.1 binomtest agrees.
  CHECK(mcnemar_p_value(3, 10) == Approx(0.09228515625).epsilon(1e-13));
  CHECK(mcnemar_p_value(10, 3) == mcnemar_p_value(3, 10));
  CHECK(mcnemar_p_value(0, 5) == Approx(0.0625).epsilon(1e-13));
  CHECK(mcnemar_p_value(1, 20) == Approx(2.09808349609375e-05).epsilon(1e-12));
  CHECK(mcnemar_p_value(40, 60) == Approx(0.05688793364098089).epsilon(1e-12));
  CHECK(mcnemar_p_value(450, 550) == Approx(0.0017305360849763027).epsilon(1e-11));
  CHECK(mcnemar_p_value(2, 0) == Approx(0.5).epsilon(1e-13));
  CHECK(mcnemar_p_value(7, 7) == 1.0);
  CHECK(mcnemar_p_value(7, 8) == Approx(1.0).epsilon(1e-13));
  CHECK(mcnemar_p_value(0, 0) == 1.0);
}

TEST_CASE("the permutation test agrees with all permutations") {
  // scipy 1.17.1, stats.permutation_test(permutation_type="samples", n_resamples=inf).
  CHECK(permutation_p_value(metrics::accuracy(), kA, kB) ==
        Approx(0.21875).margin(spread(0.21875)));
  const std::vector<double> nats_a = {-1.0, -2.5, -0.25, -4.0, -3.0, -1.5};
  const std::vector<double> nats_b = {-1.2, -2.0, -0.5, -3.0, -2.0, -1.0};
  CHECK(permutation_p_value(metrics::perplexity(), nats_a, nats_b) ==
        Approx(0.125).margin(spread(0.125)));
}

TEST_CASE("p-values are (k + 1) / (draws + 1)") {
  const std::vector<double> low(40, 0.25);
  const std::vector<double> high(40, 0.75);  // as far as this: one deal in 2^39
  CHECK(permutation_p_value(metrics::accuracy(), low, high) == 1.0 / 10001.0);
  CHECK(permutation_p_value(metrics::accuracy(), low, high, {}, 99) == 1.0 / 100.0);
  CHECK(permutation_p_value(metrics::accuracy(), low, low) == 1.0);
}

TEST_CASE("ties count, though sums in another order have other last bits") {
  // One document differs: every deal is as far from 0 as what was observed.
  std::vector<double> a(30, 0.1);
  std::vector<double> b = a;
  b[17] = 0.7;
  CHECK(permutation_p_value(metrics::accuracy(), a, b) == 1.0);
  for (double& value : a) value *= -1e6;
  for (double& value : b) value *= -1e6;
  CHECK(permutation_p_value(metrics::accuracy(), a, b) == 1.0);
}

TEST_CASE("the permutation test does not know which run is the first") {
  CHECK(permutation_p_value(metrics::accuracy(), kA, kB) ==
        permutation_p_value(metrics::accuracy(), kB, kA));
  CHECK(permutation_p_value(metrics::accuracy(), kA, kB, {}, kPermutations, 1) !=
        permutation_p_value(metrics::accuracy(), kA, kB, {}, kPermutations, 2));
}

TEST_CASE("metrics of a corpus are computed anew after swapping") {
  // Long documents decide a weighted perplexity: the mean of per-document perplexities differs.
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 12; ++i) {
    const double tokens = i == 0 ? 1000.0 : 1.0;
    a.insert(a.end(), {-2.0 * tokens, tokens});
    b.insert(b.end(), {(i == 0 ? -1.0 : -3.0) * tokens, tokens});
  }
  // The one long document outweighs the others: only its side matters, so nothing is unlikely.
  CHECK(permutation_p_value(metrics::weighted_perplexity(), a, b) > 0.4);
  std::vector<double> means_a;
  std::vector<double> means_b;
  for (int i = 0; i < 12; ++i) {
    means_a.push_back(-2.0);
    means_b.push_back(i == 0 ? -1.0 : -3.0);
  }
  CHECK(permutation_p_value(metrics::perplexity(), means_a, means_b) < 0.02);
}

TEST_CASE("all that a document contributes changes sides, tokens with their nats") {
  // Two tokenizers: a document has other numbers of tokens in the two runs.
  const std::vector<double> a = {-20, 10, -30, 12, -12, 8, -50, 20,
                                 -9,  6,  -33, 15, -21, 9, -40, 16};
  const std::vector<double> b = {-26, 15, -24, 9,  -20, 14, -45, 30,
                                 -12, 4,  -30, 24, -15, 12, -44, 11};
  const auto metric = metrics::weighted_perplexity();
  const double observed = std::fabs(metric_value(metric, b) - metric_value(metric, a));
  int as_far = 0;
  constexpr unsigned kSides = 1U << 8U;
  for (unsigned sides = 0; sides < kSides; ++sides) {
    auto one = a;
    auto other = b;
    for (std::size_t at = 0; at < a.size(); ++at) {
      if (((sides >> (at / 2)) & 1U) != 0) std::swap(one[at], other[at]);
    }
    if (std::fabs(metric_value(metric, other) - metric_value(metric, one)) >= observed - 1e-9)
      ++as_far;
  }
  const double exact = as_far / static_cast<double>(kSides);
  CHECK(std::fabs(permutation_p_value(metric, a, b) - exact) <= spread(exact));
}

TEST_CASE("verdicts are recognised by their values") {
  CHECK(are_verdicts(metrics::accuracy(), std::vector<double>{0, 1, 1}));
  CHECK_FALSE(are_verdicts(metrics::accuracy(), std::vector<double>{0, 0.5}));
  CHECK_FALSE(are_verdicts(metrics::perplexity(), std::vector<double>{0, 1}));
  const std::vector<double> a = {1, 1, 1, 0, 0, 1, 1, 0};
  const std::vector<double> b = {0, 0, 1, 0, 1, 0, 0, 0};
  const auto result = paired_test(metrics::accuracy(), a, b);
  CHECK(result.test == PairedTest::mcnemar);
  CHECK(result.p_value == mcnemar_p_value(4, 1));
  CHECK(paired_test(metrics::accuracy(), kA, kB).test == PairedTest::permutation);
}

TEST_CASE("Holm's correction is statsmodels'") {
  // statsmodels 0.15.0, multipletests(method="holm").
  const std::vector<double> p = {0.01, 0.04, 0.03, 0.005, 0.5};
  const std::vector<double> wanted = {0.04, 0.09, 0.09, 0.025, 0.5};
  const auto corrected = holm(p);
  for (std::size_t i = 0; i < p.size(); ++i) CHECK(corrected[i] == Approx(wanted[i]));
  CHECK(holm(std::vector<double>{0.9, 0.8}) == std::vector<double>{1.0, 1.0});
  CHECK(holm({}).empty());
}

TEST_CASE("a perplexity that overflows is no evidence") {
  const std::vector<double> a(20, -1.0);
  const std::vector<double> b(20, -1000.0);
  CHECK(permutation_p_value(metrics::perplexity(), a, b) == 1.0);
}

TEST_CASE("values that do not fit are refused") {
  const std::vector<double> one = {1.0};
  CHECK_THROWS_AS(permutation_p_value(metrics::accuracy(), kA, one), std::invalid_argument);
  CHECK_THROWS_AS(permutation_p_value(metrics::accuracy(), {}, {}), std::invalid_argument);
  CHECK_THROWS_AS(permutation_p_value(metrics::bits_per_byte(), one, one), std::invalid_argument);
  CHECK_THROWS_AS(permutation_p_value(metrics::accuracy(), kA, kB, {}, 0), std::invalid_argument);
}

}  // namespace smdm
