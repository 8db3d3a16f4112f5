// Values from all subsets, against every order written out.
#include "evaluators/subsets/lattice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "base/numbers/splitmix.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/real_losses.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

/// Repeatable numbers in (0, 1).
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : draws_(seed) {}
  double operator()() { return (static_cast<double>(draws_.next() >> 11U) + 0.5) * 0x1p-53; }

 private:
  SplitMix64 draws_;
};

struct Made {
  std::vector<RowLosses> losses;
  std::vector<RowRanks> ranks;
};

Made made(std::size_t length, std::uint64_t seed) {
  Numbers numbers(seed);
  Made made;
  for (const auto& subset : all_subsets(length)) {
    auto& losses = made.losses.emplace_back();
    auto& ranks = made.ranks.emplace_back();
    for (std::size_t k = 0; k < subset.size(); ++k) {
      losses.push_back(-std::log(numbers()));
      ranks.confidence.push_back(std::log(numbers()));
      ranks.margin.push_back(numbers());
      ranks.entropy.push_back(-numbers());
    }
  }
  return made;
}

/// The row of all_subsets() that hides these tokens.
std::size_t row_of(std::size_t length, const Subset& hidden) {
  const auto all = all_subsets(length);
  return static_cast<std::size_t>(std::ranges::find(all, hidden) - all.begin());
}

/// The log-likelihood of a target whose tokens are revealed in an order.
double in_order(const Made& made, const std::vector<std::size_t>& order) {
  double sum = 0.0;
  for (std::size_t step = 0; step < order.size(); ++step) {
    Subset hidden(order.begin() + static_cast<std::ptrdiff_t>(step), order.end());
    std::ranges::sort(hidden);
    const auto k = std::ranges::find(hidden, order[step]) - hidden.begin();
    sum -= made.losses[row_of(order.size(), hidden)][static_cast<std::size_t>(k)];
  }
  return sum;
}

std::vector<double> in_all_orders(const Made& made, std::size_t length) {
  std::vector<std::size_t> order(length);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<double> all;
  do {
    all.push_back(in_order(made, order));
  } while (std::ranges::next_permutation(order).found);
  return all;
}

/// The order that a policy takes.
std::vector<std::size_t> order_by(const Made& made,
                                  std::size_t length,
                                  std::vector<double> RowRanks::* by) {
  Subset hidden(length);
  std::iota(hidden.begin(), hidden.end(), std::size_t{0});
  std::vector<std::size_t> order;
  while (!hidden.empty()) {
    const auto& ranks = made.ranks[row_of(length, hidden)].*by;
    const auto best = std::ranges::max_element(ranks) - ranks.begin();
    order.push_back(hidden[static_cast<std::size_t>(best)]);
    hidden.erase(hidden.begin() + best);
  }
  return order;
}

constexpr double kExact = 1e-12;
constexpr double kRecorded = 2e-8;  ///< the tables hold losses in float32, values are from before

}  // namespace

TEST_CASE("values from all subsets are those of all orders written out") {
  for (std::size_t length = 1; length <= 6; ++length) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      INFO("length " << length << ", seed " << seed);
      const auto given = made(length, 100 * length + seed);
      const auto values = order_values(length, given.losses, given.ranks);
      const auto orders = in_all_orders(given, length);
      const auto count = static_cast<double>(orders.size());
      double probability = 0.0;
      double mean = 0.0;
      for (const double one : orders) {
        probability += std::exp(one) / count;
        mean += one / count;
      }
      double squares = 0.0;
      for (const double one : orders) squares += (one - mean) * (one - mean) / count;
      CHECK(values.any_order == Approx(std::log(probability)).epsilon(kExact));
      CHECK(values.elbo == Approx(mean).epsilon(kExact));
      CHECK(values.orders_sd == Approx(std::sqrt(squares)).margin(kExact));
      CHECK(values.oracle_best == Approx(std::ranges::max(orders)).epsilon(kExact));
      CHECK(values.oracle_worst == Approx(std::ranges::min(orders)).epsilon(kExact));
      CHECK(values.left_to_right == Approx(orders.front()).epsilon(kExact));
      const auto policy = [&](std::vector<double> RowRanks::* by) {
        return Approx(in_order(given, order_by(given, length, by))).epsilon(kExact);
      };
      CHECK(values.confidence.value() == policy(&RowRanks::confidence));
      CHECK(values.margin.value() == policy(&RowRanks::margin));
      CHECK(values.entropy.value() == policy(&RowRanks::entropy));
      CHECK(values.elbo <= values.any_order + kExact);
    }
  }
}

TEST_CASE("the bound from all subsets is the exact estimator's sum") {
  const auto given = made(5, 9);
  const auto subsets = all_subsets(5);
  double sum = 0.0;
  for (std::size_t k = 0; k < subsets.size(); ++k) {
    for (const double loss : given.losses[k]) sum -= exact_weight(5, subsets[k].size()) * loss;
  }
  CHECK(order_values(5, given.losses).elbo == Approx(sum).epsilon(kExact));
}

TEST_CASE("policies without ranks have no values, and equal ranks take the earlier token") {
  auto given = made(4, 3);
  CHECK_FALSE(order_values(4, given.losses).confidence);
  for (auto& row : given.ranks) std::ranges::fill(row.margin, 0.25);
  const auto values = order_values(4, given.losses, given.ranks);
  CHECK(values.margin == values.left_to_right);
}

TEST_CASE("values from all subsets equal those recorded of real questions") {
  const auto targets = test::recorded_targets();
  if (targets.empty()) return test::skip("real questions: no tables in the shared data");
  CHECK(targets.size() > 200);
  for (const auto& target : targets) {
    INFO(target.name);
    const auto length = target.losses.back().size();
    const auto values = order_values(length, target.losses);
    CHECK(values.elbo == Approx(target.values.elbo).epsilon(kRecorded));
    CHECK(values.any_order == Approx(target.values.any_order).epsilon(kRecorded));
    CHECK(values.orders_sd == Approx(target.values.orders_sd).epsilon(1e-5));
    CHECK(values.oracle_best == Approx(target.values.oracle_best).epsilon(1e-7));
    CHECK(values.oracle_worst == Approx(target.values.oracle_worst).epsilon(1e-7));
  }
}

TEST_CASE("a target that no order can give has no likelihood, and one that some can has") {
  auto given = made(3, 4);
  const double never = std::numeric_limits<double>::infinity();
  given.losses.back()[0] = never;  // token 0 is impossible as the first
  const auto some = order_values(3, given.losses);
  CHECK(std::isfinite(some.any_order));
  CHECK(some.elbo == -never);
  for (auto& loss : given.losses.back()) loss = never;
  CHECK(order_values(3, given.losses).any_order == -never);
}

TEST_CASE("a table that is not whole is refused") {
  auto given = made(3, 5);
  given.losses.pop_back();
  CHECK_THROWS_AS(order_values(3, given.losses), std::invalid_argument);
  CHECK_THROWS_AS(order_values(0, {}), std::invalid_argument);
}

}  // namespace smdm
