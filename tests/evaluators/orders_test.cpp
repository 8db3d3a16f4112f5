// Bounds by random orders: what each number is, on tables with every subset known, and on targets
// of 24 tokens whose likelihood has a closed form.
#include "evaluators/subsets/orders.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "base/numbers/mean.hpp"
#include "base/numbers/splitmix.hpp"
#include "evaluators/subsets/lattice.hpp"
#include "tests/evaluators/made_estimators.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/loss_table.hpp"

namespace smdm {
namespace {

using test::LossTable;

/// Losses by the bits of the hidden subset; interactions are strong enough to set orders apart.
std::vector<RowLosses> made_losses(std::size_t length, std::uint64_t seed) {
  SplitMix64 draws(seed);
  std::vector<RowLosses> rows(std::size_t{1} << length);
  for (std::size_t bits = 1; bits < rows.size(); ++bits) {
    for (std::size_t i = 0; i < length; ++i) {
      if ((bits >> i & 1U) == 0) continue;
      const double uniform = (static_cast<double>(draws.next() >> 11U) + 0.5) * 0x1p-53;
      rows[bits].push_back(-std::log(uniform));
    }
  }
  return rows;
}

OrderValues values_of(const std::vector<RowLosses>& rows, std::size_t length) {
  return order_values(length, std::span(rows).subspan(1));
}

FoldEstimate estimated(const LossTable& table, const Orders& config, std::uint64_t seed) {
  const auto estimator = random_orders(table.length(), config, order_draws(seed, test::kContent));
  return table.run(*estimator);
}

/// A mean with its standard error.
struct Measured {
  std::vector<double> values;

  void add(double value) { values.push_back(value); }
  [[nodiscard]] double mean() const { return mean_of(values).value; }
  [[nodiscard]] double error() const { return mean_of(values).standard_error.value(); }
};

// A target whose tokens have the probability `alone` until both of their neighbours are revealed,
// and `between` from then on; the first and the last never do. In an order with k tokens that come
// after both of their neighbours the log-likelihood is a function of k, and how many orders of n
// tokens have k such peaks is known: P(n, k) = (2k + 2) P(n - 1, k) + (n - 2k) P(n - 1, k - 1).
constexpr std::size_t kLong = 24;

struct Peaks {
  double alone = 0.1;
  double between = 0.5;

  [[nodiscard]] double log_likelihood(std::size_t peaks) const {
    const auto k = static_cast<double>(peaks);
    return k * std::log(between) + (static_cast<double>(kLong) - k) * std::log(alone);
  }
  /// Of the any-order model.
  [[nodiscard]] double any_order() const;
  [[nodiscard]] RowLosses losses(const Subset& hidden) const;
};

/// The share of orders with k peaks, for k = 0, 1, ...
std::vector<double> peak_shares() {
  std::vector<double> shares = {1.0};  // of the two orders of two tokens
  for (std::size_t n = 3; n <= kLong; ++n) {
    std::vector<double> next((n - 1) / 2 + 1, 0.0);
    for (std::size_t k = 0; k < next.size(); ++k) {
      const auto size = static_cast<double>(n);
      const auto count = static_cast<double>(k);
      if (k < shares.size()) next[k] += (2.0 * count + 2.0) * shares[k] / size;
      if (k > 0) next[k] += (size - 2.0 * count) * shares[k - 1] / size;
    }
    shares = std::move(next);
  }
  return shares;
}

double Peaks::any_order() const {
  static const auto shares = peak_shares();
  double sum = 0.0;
  for (std::size_t k = 0; k < shares.size(); ++k) sum += shares[k] * std::exp(log_likelihood(k));
  return std::log(sum);
}

RowLosses Peaks::losses(const Subset& hidden) const {
  RowLosses losses;
  losses.reserve(hidden.size());
  for (std::size_t k = 0; k < hidden.size(); ++k) {
    const auto token = hidden[k];
    const bool left = token == 0 || (k > 0 && hidden[k - 1] + 1 == token);
    const bool right = token + 1 == kLong || (k + 1 < hidden.size() && hidden[k + 1] == token + 1);
    losses.push_back(-std::log(left || right ? alone : between));
  }
  return losses;
}

FoldEstimate estimated(const Peaks& target, const Orders& config, std::int64_t request) {
  const std::vector<std::int64_t> content = {request};
  const auto estimator = random_orders(kLong, config, order_draws(7, content));
  while (true) {
    const auto wanted = estimator->next();
    if (wanted.empty()) return estimator->estimate();
    std::vector<RowLosses> losses;
    losses.reserve(wanted.size());
    for (const auto& row : wanted) losses.push_back(target.losses(row.hidden));
    estimator->take(losses);
  }
}

/// Requests that are not alike: some with hardly any interaction, some with much.
Peaks target_of(std::int64_t request) {
  const double strength = 0.3 + 1.7 * static_cast<double>(request % 97) / 96.0;
  return {.alone = 0.02 + 0.001 * static_cast<double>(request % 89),
          .between = std::min(0.95, 0.1 * std::exp(strength))};
}

/// What bounds over many requests come to, against the truth.
struct Bracket {
  Measured truth_over_low;
  Measured high_over_truth;

  void add(const Peaks& target, const OrderBounds& bounds) {
    const double truth = target.any_order();
    truth_over_low.add(truth - bounds.low);
    high_over_truth.add(bounds.high - truth);
  }
  /// Whether each mean is on its side; what chance may do is allowed for.
  [[nodiscard]] bool holds() const {
    return truth_over_low.mean() > -3.0 * truth_over_low.error() &&
           high_over_truth.mean() > -3.0 * high_over_truth.error();
  }
};

/// The log-likelihoods of random orders of a target, pair by pair.
std::vector<double> random_log_likelihoods(const Peaks& target,
                                           std::int64_t orders,
                                           std::int64_t request) {
  const std::vector<std::int64_t> content = {request};
  const auto draws = order_draws(8, content);
  const auto peaks = [](const std::vector<std::size_t>& order) {
    std::vector<std::size_t> when(order.size());
    for (std::size_t step = 0; step < order.size(); ++step) when[order[step]] = step;
    std::size_t count = 0;
    for (std::size_t i = 1; i + 1 < when.size(); ++i)
      count += when[i] > when[i - 1] && when[i] > when[i + 1] ? 1 : 0;
    return count;
  };
  std::vector<double> values;
  for (std::int64_t pair = 0; pair < orders / 2; ++pair) {
    auto order = random_order(draws.estimate, pair, kLong);
    values.push_back(target.log_likelihood(peaks(order)));
    std::ranges::reverse(order);
    values.push_back(target.log_likelihood(peaks(order)));
  }
  return values;
}

}  // namespace

TEST_CASE("what orders say of a likelihood, by hand") {
  const std::vector<double> logs = {std::log(0.1), std::log(0.3), std::log(0.2), std::log(0.2)};
  const auto bounds = order_bounds(logs);
  CHECK(bounds.orders == 4);
  CHECK(bounds.low == Approx(std::log(0.2)));
  CHECK(bounds.effective == Approx(0.8 * 0.8 / (0.01 + 0.09 + 0.04 + 0.04)));
  // Halves {0.1, 0.3} and {0.2, 0.2} have one mean: the tangent touches.
  CHECK(bounds.high == Approx(std::log(0.2)));
  const std::vector<double> uneven = {std::log(0.1), std::log(0.1), std::log(0.4), std::log(0.4)};
  CHECK(order_bounds(uneven).high ==
        Approx((std::log(0.1) + 4.0 - 1.0 + std::log(0.4) + 0.25 - 1.0) / 2.0));
  CHECK_FALSE(bounds.low_error);  // two pairs know nothing of their spread
  CHECK_THROWS_AS(order_bounds(std::vector<double>{-1.0, -2.0}), std::invalid_argument);
  CHECK_THROWS_AS(order_bounds(std::vector<double>(5, -1.0)), std::invalid_argument);
}

TEST_CASE("errors of the ends are those of a jackknife, and the upper one wants four orders") {
  const std::vector<double> even(16, -3.0);
  CHECK(order_bounds(even).low_error == Approx(0.0).margin(1e-12));
  CHECK(order_bounds(even).high_error == Approx(0.0).margin(1e-12));
  std::vector<double> one = even;
  one[5] = 5.0;  // e^8 times as likely as the others
  const auto bounds = order_bounds(one);
  CHECK(bounds.effective < 1.1);
  CHECK(bounds.low_error);
  CHECK_FALSE(bounds.high_error);
}

TEST_CASE("orders are unbiased for the bound, and their mean probability for the likelihood") {
  constexpr std::size_t kLength = 6;
  const auto rows = made_losses(kLength, 3);
  const auto values = values_of(rows, kLength);
  const LossTable table(rows, rows);
  for (const std::int64_t orders : {4, 8}) {
    Measured elbo;
    Measured probability;
    Measured low;
    Measured high;
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
      const auto estimate = estimated(table, {.orders = orders}, seed);
      const auto& bounds = estimate.orders.value();
      elbo.add(-estimate.loss);
      probability.add(std::exp(bounds.low - values.any_order));
      low.add(bounds.low);
      high.add(bounds.high);
    }
    INFO(orders << " orders");
    CHECK(std::fabs(elbo.mean() - values.elbo) < 4.0 * elbo.error());
    CHECK(std::fabs(probability.mean() - 1.0) < 4.0 * probability.error());
    CHECK(values.elbo < low.mean());
    CHECK(low.mean() < values.any_order);
    CHECK(values.any_order < high.mean());
  }
}

TEST_CASE("the standard error of orders is that of their pairs, from four on") {
  constexpr std::size_t kLength = 7;
  const auto rows = made_losses(kLength, 5);
  const LossTable table(rows, rows);
  CHECK_FALSE(estimated(table, {.orders = 6}, 0).standard_error);
  Measured loss;
  double squares = 0.0;
  constexpr std::uint64_t kSeeds = 1000;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto estimate = estimated(table, {.orders = 16}, seed);
    CHECK(estimate.fold_count == 8);
    CHECK(estimate.folds.at(0).size() == 8);
    loss.add(estimate.loss);
    squares += estimate.standard_error.value() * estimate.standard_error.value();
  }
  const double true_error = loss.error() * std::sqrt(static_cast<double>(kSeeds));
  CHECK(std::sqrt(squares / kSeeds) == Approx(true_error).epsilon(0.1));
}

TEST_CASE("where all subsets take no more rows they are computed, and nothing is random") {
  constexpr std::size_t kLength = 5;
  const auto rows = made_losses(kLength, 7);
  const LossTable table(rows, rows);
  const auto estimate = estimated(table, {.orders = 8}, 0);  // 31 rows against 8 * 4 + 1
  CHECK(estimate.values.value().any_order == Approx(values_of(rows, kLength).any_order));
  CHECK_FALSE(estimate.orders);
  CHECK(estimate.standard_error == 0.0);
  CHECK_FALSE(estimated(table, {.orders = 6}, 0).values);
  std::size_t asked = 0;
  const auto estimator = random_orders(kLength, {.orders = 6}, order_draws(0, test::kContent));
  static_cast<void>(table.run(*estimator, &asked));
  CHECK(asked == 6 * kLength);
}

TEST_CASE("the orders of a pair are each other's reverse, and a pilot's are others") {
  constexpr std::size_t kLength = 9;
  const auto rows_of = [](const Orders& config) {
    return random_orders(kLength, config, order_draws(1, test::kContent))->next();
  };
  const auto rows = rows_of({.orders = 8});
  REQUIRE(rows.size() == 8 * kLength);
  for (std::size_t step = 1; step < kLength; ++step) {
    // What the order hides at a step is what its reverse shows at the mirrored one.
    auto all = rows[step].hidden;
    const auto& mirrored = rows[kLength + kLength - step].hidden;
    all.insert(all.end(), mirrored.begin(), mirrored.end());
    std::ranges::sort(all);
    CHECK(all == rows[0].hidden);
  }
  const auto pilot = rows_of({.orders = std::nullopt});
  REQUIRE(pilot.size() == rows.size());
  std::size_t same = 0;
  for (std::size_t k = 0; k < rows.size(); ++k) same += rows[k].hidden == pilot[k].hidden ? 1 : 0;
  CHECK(same < rows.size() / 2);
}

TEST_CASE("a pilot's orders decide how many there are, and serve nothing else") {
  const Peaks target{.alone = 0.05, .between = 0.6};
  const auto piloted = estimated(target, {.orders = std::nullopt}, 11);
  const auto& bounds = piloted.orders.value();
  CHECK(bounds.pilot == kPilotOrders);
  CHECK(bounds.orders > kFewestOrders);
  const auto settled = estimated(target, {.orders = bounds.orders}, 11);
  CHECK(settled.orders->pilot == 0);
  CHECK(settled.loss == piloted.loss);
  CHECK(settled.orders->low == bounds.low);
  CHECK(settled.orders->high == bounds.high);
  const auto capped = estimated(target, {.orders = std::nullopt, .max_rows = 24 * 16}, 11);
  CHECK(capped.orders->orders == 16);
  const std::vector<double> alike(kPilotOrders, -3.0);
  CHECK(orders_for(alike, kLong, 4096) == kFewestOrders);
  const std::vector<double> apart = {-9, -3, -9, -3, -9, -3, -9, -3};
  CHECK(orders_for(apart, kLong, 4096) == 128);  // 170 are the most that 4096 rows allow
}

TEST_CASE("a pilot that asks for more rows than all subsets take ends in these") {
  constexpr std::size_t kLength = 8;
  const auto rows = made_losses(kLength, 3);
  const LossTable table(rows, rows);
  const auto estimate = estimated(table, {.orders = std::nullopt}, 2);
  CHECK(estimate.values.value().any_order == Approx(values_of(rows, kLength).any_order));
  CHECK(estimate.enumerated);
  CHECK_FALSE(estimate.orders);
  const auto capped = estimated(table, {.orders = std::nullopt, .max_rows = 64}, 2);
  CHECK(capped.orders->orders == 8);
  CHECK_FALSE(capped.values);
}

TEST_CASE("the closed form of 24 tokens is the mean over orders") {
  const Peaks target{.alone = 0.08, .between = 0.3};
  Measured probability;
  for (std::int64_t request = 0; request < 400; ++request) {
    for (const double one : random_log_likelihoods(target, 20, request))
      probability.add(std::exp(one - target.any_order()));
  }
  CHECK(std::fabs(probability.mean() - 1.0) < 4.0 * probability.error());
}

TEST_CASE("over ten thousand requests of 24 tokens the ends stand around the truth") {
  Bracket piloted;
  for (std::int64_t request = 0; request < 10'000; ++request) {
    const auto target = target_of(request);
    const auto estimate = estimated(target, {.orders = std::nullopt}, request);
    piloted.add(target, estimate.orders.value());
  }
  CHECK(piloted.holds());
  CHECK(piloted.truth_over_low.mean() > 3.0 * piloted.truth_over_low.error());
  CHECK(piloted.high_over_truth.mean() > 3.0 * piloted.high_over_truth.error());
  CHECK(piloted.truth_over_low.mean() < 0.3);
}

TEST_CASE("halves that share orders, and orders chosen by what they say, bound nothing") {
  Bracket shared;
  Bracket looked;
  for (std::int64_t request = 0; request < 3000; ++request) {
    const auto target = target_of(request);
    const auto logs = random_log_likelihoods(target, 64, request);
    auto bounds = order_bounds(std::span(logs).first(16));
    // The tangent at the mean of the very orders that it is taken of is that mean's logarithm.
    shared.add(target, {.low = bounds.low, .high = bounds.low});
    for (std::size_t orders = 4; orders <= logs.size(); orders += 4) {
      bounds = order_bounds(std::span(logs).first(orders));
      if (bounds.high - bounds.low < 0.1) break;
    }
    looked.add(target, bounds);
  }
  CHECK_FALSE(shared.holds());
  CHECK_FALSE(looked.holds());
}

}  // namespace smdm
