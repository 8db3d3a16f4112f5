// Bounds of a permutation test's p-value, against all the ways to swap.
#include "results/statistics/swap_bounds.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "base/metrics/bleu.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/metrics/rank.hpp"
#include "results/statistics/statistics.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

/// The p-value over all 2^units ways to swap.
double exact_p_value(const Metric& metric,
                     const std::vector<double>& a,
                     const std::vector<double>& b,
                     const std::vector<std::size_t>& clusters,
                     std::size_t units) {
  const double observed = std::fabs(metric_value(metric, b) - metric_value(metric, a));
  std::size_t as_far = 0;
  for (std::size_t swaps = 0; swaps < (std::size_t{1} << units); ++swaps) {
    auto from = a;
    auto to = b;
    for (std::size_t at = 0; at < a.size(); ++at) {
      const std::size_t unit = clusters[at / metric.width];
      if ((swaps >> unit & 1U) != 0) std::swap(from[at], to[at]);
    }
    const double difference = std::fabs(metric_value(metric, to) - metric_value(metric, from));
    if (difference >= observed * (1.0 - 1e-9)) ++as_far;
  }
  return static_cast<double>(as_far) / static_cast<double>(std::size_t{1} << units);
}

}  // namespace

TEST_CASE(
    "the p-value of all swaps lies between its bounds, documents or clusters changing sides") {
  constexpr std::size_t kUnits = 10;
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  std::size_t close = 0;
  std::size_t far = 0;
  for (int round = 0; round < 60; ++round) {
    const auto metric =
        round % 2 == 0 ? metrics::reciprocal_rank() : metrics::weighted_perplexity();
    const std::size_t per_cluster = round % 3 == 0 ? 2 : 1;
    std::vector<double> a;
    std::vector<double> b;
    std::vector<std::size_t> clusters;
    for (std::size_t i = 0; i < kUnits * per_cluster; ++i) {
      clusters.push_back(i % kUnits);
      a.push_back(normal(random));
      b.push_back(a.back() + 0.3 * normal(random) + 0.02 * (round % 30));
      if (metric.width == 1) continue;
      a.push_back(4.0);
      b.push_back(4.0);
    }
    const auto distance =
        swap_distance(metric, a, b, per_cluster == 1 ? std::span<const std::size_t>() : clusters);
    REQUIRE(distance);
    const double p = exact_p_value(metric, a, b, clusters, kUnits);
    CAPTURE(round, *distance, p);
    CHECK(p <= largest_swap_p_value(*distance) * (1.0 + 1e-12));
    if (*distance <= kCloseSwap) CHECK(p >= 0.1);
    close += *distance <= kCloseSwap ? 1 : 0;
    far += largest_swap_p_value(*distance) < 0.1 ? 1 : 0;
  }
  CHECK(close > 5);
  CHECK(far > 5);
}

TEST_CASE("there is no distance where more than the first sum differs, or it does not decide") {
  const std::vector<double> a = {-1, 2, -2, 3};
  const std::vector<double> b = {-1.5, 2, -2, 4};
  CHECK_FALSE(swap_distance(metrics::weighted_perplexity(), a, b));
  const auto bleu = metrics::bleu();
  const std::vector<double> counts(2 * bleu.width, 1.0);
  CHECK_FALSE(swap_distance(bleu, counts, counts));
  CHECK(swap_distance(metrics::weighted_perplexity(), a, a) == 0.0);
}

}  // namespace smdm
