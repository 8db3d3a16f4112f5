// McNemar's test, a permutation test of any metric, and Holm's correction.
#include "results/statistics/paired_tests.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

#include "base/numbers/distributions.hpp"
#include "base/numbers/splitmix.hpp"
#include "results/statistics/clusters.hpp"

namespace smdm {
namespace {

/// The sums of two runs over documents, or clusters of them, that can change sides.
class Pair {
 public:
  Pair(const Metric& metric,
       std::span<const double> a,
       std::span<const double> b,
       std::span<const std::size_t> clusters)
      : of_sums_(metric.of_sums),
        width_(metric.width),
        documents_(a.size() / width_),
        a_(width_),
        b_(width_),
        moved_(width_) {
    differences_.reserve(a.size());
    for (std::size_t at = 0; at < a.size(); ++at) {
      a_[at % width_] += a[at];
      b_[at % width_] += b[at];
      differences_.push_back(b[at] - a[at]);
    }
    if (!clusters.empty()) differences_ = sum_by_cluster(differences_, width_, clusters).sums;
    swapped_a_ = a_;
    swapped_b_ = b_;
  }

  [[nodiscard]] double value_a() const { return value(swapped_a_); }
  [[nodiscard]] double value_b() const { return value(swapped_b_); }

  /// Every document, or cluster, changes sides or not.
  void swap_some(SplitMix64& random) {
    std::fill(moved_.begin(), moved_.end(), 0.0);
    constexpr std::size_t kBits = 64;
    std::uint64_t bits = 0;
    const std::size_t units = differences_.size() / width_;
    for (std::size_t unit = 0; unit < units; ++unit) {
      if (unit % kBits == 0) bits = random.next();
      const auto moves = static_cast<double>((bits >> (unit % kBits)) & 1U);
      for (std::size_t i = 0; i < width_; ++i) moved_[i] += moves * differences_[unit * width_ + i];
    }
    for (std::size_t i = 0; i < width_; ++i) {
      swapped_a_[i] = a_[i] + moved_[i];
      swapped_b_[i] = b_[i] - moved_[i];
    }
  }

 private:
  [[nodiscard]] double value(std::span<const double> sums) const {
    return of_sums_(sums, static_cast<double>(documents_));
  }

  double (*of_sums_)(std::span<const double> sums, double documents);
  std::size_t width_;
  std::size_t documents_;
  std::vector<double> a_, b_;        ///< [width] each: sums
  std::vector<double> differences_;  ///< [documents or clusters, width]
  std::vector<double> moved_;        ///< what changes sides
  std::vector<double> swapped_a_, swapped_b_;
};

void check(const Metric& metric,
           std::span<const double> a,
           std::span<const double> b,
           std::int64_t draws) {
  const std::size_t width = metric.width;
  if (a.empty() || a.size() != b.size() || a.size() % width != 0) {
    throw std::invalid_argument("paired test: wanted " + std::to_string(width) +
                                " value(s) of each run for each document, got " +
                                std::to_string(a.size()) + " and " + std::to_string(b.size()));
  }
  if (draws < 1) {
    throw std::invalid_argument("paired test: wanted at least 1 draw, got " +
                                std::to_string(draws));
  }
}

}  // namespace

std::int64_t permutations_for(std::size_t metrics) {
  constexpr std::int64_t kPerMetric = 1000;
  return std::max(kPermutations, kPerMetric * static_cast<std::int64_t>(metrics));
}

double mcnemar_p_value(std::size_t only_a, std::size_t only_b) {
  const std::size_t fewer = std::min(only_a, only_b);
  const auto differing = static_cast<double>(only_a + only_b);
  if (only_a == only_b) return 1.0;
  // P(X <= k) of a fair coin thrown n times is I_1/2(n - k, k + 1).
  const auto k = static_cast<double>(fewer);
  return std::min(1.0, 2.0 * incomplete_beta(differing - k, k + 1.0, 0.5));
}

double permutation_p_value(const Metric& metric,
                           std::span<const double> a,
                           std::span<const double> b,
                           std::span<const std::size_t> clusters,
                           std::int64_t draws,
                           std::uint64_t seed) {
  check(metric, a, b, draws);
  Pair pair(metric, a, b, clusters);
  // Sums in another order have other last bits: what is equal but for them counts as equal.
  constexpr double kRounding = 1e-11;
  const double least = std::fabs(pair.value_b() - pair.value_a()) -
                       kRounding * (std::fabs(pair.value_a()) + std::fabs(pair.value_b()));
  SplitMix64 random(seed);
  std::int64_t as_far = 0;
  for (std::int64_t i = 0; i < draws; ++i) {
    pair.swap_some(random);
    // Written so that a difference which is not finite counts: it is no evidence.
    if (!(std::fabs(pair.value_b() - pair.value_a()) < least)) ++as_far;
  }
  return static_cast<double>(as_far + 1) / static_cast<double>(draws + 1);
}

bool are_verdicts(const Metric& metric, std::span<const double> values) {
  return metric.is_mean && std::all_of(values.begin(), values.end(),
                                       [](double value) { return value == 0.0 || value == 1.0; });
}

PairedTestResult paired_test(const Metric& metric,
                             std::span<const double> a,
                             std::span<const double> b,
                             std::span<const std::size_t> clusters,
                             std::int64_t draws) {
  check(metric, a, b, draws);
  if (!clusters.empty() || !are_verdicts(metric, a) || !are_verdicts(metric, b)) {
    return {.test = clusters.empty() ? PairedTest::permutation : PairedTest::cluster_permutation,
            .p_value = permutation_p_value(metric, a, b, clusters, draws)};
  }
  std::size_t only_a = 0;
  std::size_t only_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) ++only_a;
    if (b[i] > a[i]) ++only_b;
  }
  return {.test = PairedTest::mcnemar, .p_value = mcnemar_p_value(only_a, only_b)};
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> corrected(p_values.size());
  double largest = 0.0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto left = static_cast<double>(order.size() - rank);
    largest = std::max(largest, std::min(1.0, left * p_values[order[rank]]));
    corrected[order[rank]] = largest;
  }
  return corrected;
}

}  // namespace smdm
