#include "results/paired_tests.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

#include "results/distributions.hpp"
#include "results/splitmix.hpp"
#include "results/statistics.hpp"

namespace smdm {
namespace {

/// A run and those it stands against, as sums over documents that can trade places.
class Deal {
 public:
  Deal(Aggregation aggregation,
       std::span<const std::span<const double>> others,
       std::span<const double> run)
      : aggregation_(aggregation),
        width_(values_per_document(aggregation)),
        documents_(run.size() / width_),
        others_(others),
        run_(run),
        sums_((others.size() + 1) * width_) {
    for (std::size_t k = 0; k < others.size(); ++k) add(others[k], k);
    add(run, others.size());
    dealt_ = sums_;
  }

  [[nodiscard]] std::size_t documents() const { return documents_; }

  void start_again() { dealt_ = sums_; }

  /// The document's value of run and of other `k` change places.
  void exchange(std::size_t document, std::size_t k) {
    for (std::size_t i = 0; i < width_; ++i) {
      const std::size_t at = document * width_ + i;
      const double change = run_[at] - others_[k][at];
      dealt_[k * width_ + i] += change;
      dealt_[others_.size() * width_ + i] -= change;
    }
  }

  [[nodiscard]] double value(std::size_t k) const {
    return metric_of_sums(aggregation_, std::span(dealt_).subspan(k * width_, width_),
                          static_cast<double>(documents_));
  }

  [[nodiscard]] double mean_of_others() const {
    double sum = 0.0;
    for (std::size_t k = 0; k < others_.size(); ++k) sum += value(k);
    return sum / static_cast<double>(others_.size());
  }

  [[nodiscard]] double difference() const { return value(others_.size()) - mean_of_others(); }

 private:
  void add(std::span<const double> values, std::size_t k) {
    for (std::size_t at = 0; at < values.size(); ++at)
      sums_[k * width_ + at % width_] += values[at];
  }

  Aggregation aggregation_;
  std::size_t width_;
  std::size_t documents_;
  std::span<const std::span<const double>> others_;
  std::span<const double> run_;
  std::vector<double> sums_;   ///< [others + 1, width], the run's last
  std::vector<double> dealt_;  ///< the same after exchanges
};

void check(Aggregation aggregation,
           std::span<const std::span<const double>> others,
           std::span<const double> run,
           std::int64_t draws) {
  const bool whole = !run.empty() && run.size() % values_per_document(aggregation) == 0;
  const bool alike = std::all_of(others.begin(), others.end(), [&](std::span<const double> other) {
    return other.size() == run.size();
  });
  if (!whole || others.empty() || !alike) {
    throw std::invalid_argument(
        "permutation_p_value: wanted at least one other run with as many values as the run, and " +
        std::to_string(values_per_document(aggregation)) + " for each document, got " +
        std::to_string(run.size()) + " values against " + std::to_string(others.size()) + " runs");
  }
  if (draws < 1) {
    throw std::invalid_argument("permutation_p_value: wanted at least 1 draw, got " +
                                std::to_string(draws));
  }
}

}  // namespace

double metric_of_sums(Aggregation aggregation, std::span<const double> sums, double documents) {
  switch (aggregation) {
    case Aggregation::mean:
      return sums[0] / documents;
    case Aggregation::perplexity:
      return std::exp(-sums[0] / documents);
    case Aggregation::bleu:
      return corpus_bleu(sums);
    case Aggregation::weighted_perplexity:
      return weighted_perplexity(sums);
    case Aggregation::bits_per_byte:
      return bits_per_byte(sums);
  }
  throw std::invalid_argument("metric_of_sums: unknown aggregation");
}

double mcnemar_p_value(std::size_t only_a, std::size_t only_b) {
  const std::size_t fewer = std::min(only_a, only_b);
  const auto differing = static_cast<double>(only_a + only_b);
  if (only_a == only_b) return 1.0;
  // P(X <= k) of a fair coin thrown n times is I_1/2(n - k, k + 1).
  const auto k = static_cast<double>(fewer);
  return std::min(1.0, 2.0 * incomplete_beta(differing - k, k + 1.0, 0.5));
}

double permutation_p_value(Aggregation aggregation,
                           std::span<const std::span<const double>> others,
                           std::span<const double> run,
                           std::int64_t draws,
                           std::uint64_t seed) {
  check(aggregation, others, run, draws);
  Deal deal(aggregation, others, run);
  const double observed = std::fabs(deal.difference());
  // Sums in another order have other last bits: what is equal but for them counts as equal.
  constexpr double kRounding = 1e-11;
  const double least = observed - kRounding * (std::fabs(deal.value(others.size())) +
                                               std::fabs(deal.mean_of_others()));
  const DrawBelow draw(static_cast<std::uint32_t>(others.size() + 1));
  SplitMix64 random(seed);
  std::int64_t as_far = 0;
  for (std::int64_t i = 0; i < draws; ++i) {
    deal.start_again();
    for (std::size_t document = 0; document < deal.documents(); ++document) {
      const std::size_t k = draw(random);
      if (k < others.size()) deal.exchange(document, k);
    }
    if (std::fabs(deal.difference()) >= least) ++as_far;
  }
  return static_cast<double>(as_far + 1) / static_cast<double>(draws + 1);
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
