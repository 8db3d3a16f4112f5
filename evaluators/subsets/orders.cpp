// An order of L tokens is L rows: each hides what is not revealed yet, and the loss that counts is
// that of the token which comes next. Its reverse shares the fully hidden row. What the pilot saw
// chooses how many orders there are and serves nothing else: orders that are chosen by what they
// say bound nothing.
#include "evaluators/subsets/orders.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/numbers/mean.hpp"

namespace smdm {
namespace {

using Order = std::vector<std::size_t>;

constexpr std::size_t kPairsForError = 4;  ///< fewer know nothing of their spread
constexpr double kEnough = 4.0;            ///< effective orders behind an error of the upper end

/// log(mean(exp(values))).
double log_mean_exp(std::span<const double> values) {
  const double largest = *std::ranges::max_element(values);
  if (std::isinf(largest)) return largest;
  double sum = 0.0;
  for (const double value : values) sum += std::exp(value - largest);
  return largest + std::log(sum / static_cast<double>(values.size()));
}

/// The orders whose chances are as uneven as these and alike: (sum p)^2 / sum p^2.
double effective_number(std::span<const double> values) {
  const double largest = *std::ranges::max_element(values);
  double sum = 0.0;
  double squares = 0.0;
  for (const double value : values) {
    const double p = std::isinf(largest) ? 1.0 : std::exp(value - largest);
    sum += p;
    squares += p * p;
  }
  return sum * sum / squares;
}

/// The tangent of the logarithm at psi, at p: at least log p, and linear in p.
double tangent(double log_psi, double log_p) {
  if (std::isinf(log_psi) && std::isinf(log_p)) return log_p;  // both are -infinity
  return log_psi + std::exp(log_p - log_psi) - 1.0;
}

/// The tangent with independent halves of the pairs in both roles: every other pair is of one half.
double upper_end(std::span<const double> values) {
  std::vector<double> halves[2];
  for (std::size_t k = 0; k < values.size(); ++k) halves[k / 2 % 2].push_back(values[k]);
  const double one = log_mean_exp(halves[0]);
  const double other = log_mean_exp(halves[1]);
  return (tangent(one, other) + tangent(other, one)) / 2.0;
}

/// The jackknife's standard error of a function of pairs: from its values without one of them.
template <typename Of>
std::optional<double> jackknife_error(std::span<const double> values, const Of& of) {
  const auto pairs = values.size() / 2;
  if (pairs < kPairsForError) return std::nullopt;
  std::vector<double> without;
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    std::vector<double> others;
    others.reserve(values.size() - 2);
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (k / 2 != pair) others.push_back(values[k]);
    }
    without.push_back(of(others));
  }
  double mean = 0.0;
  for (const double value : without) mean += value / static_cast<double>(pairs);
  double squares = 0.0;
  for (const double value : without) squares += (value - mean) * (value - mean);
  const double error =
      std::sqrt(squares * static_cast<double>(pairs - 1) / static_cast<double>(pairs));
  return std::isfinite(error) ? std::optional(error) : std::nullopt;
}

/// Rows of pairs of orders, asked for and answered once.
class OrderRows {
 public:
  OrderRows(std::size_t length, const RandomStream& draws, std::int64_t orders) {
    for (std::int64_t pair = 0; pair < orders / 2; ++pair) {
      auto order = random_order(draws, pair, length);
      Order reverse(order.rbegin(), order.rend());
      orders_.push_back(std::move(order));
      orders_.push_back(std::move(reverse));
    }
  }

  /// Row by row of each order. Equal rows, such as those that hide everything, are computed once.
  [[nodiscard]] std::vector<WantedRow> wanted() const {
    std::vector<WantedRow> rows;
    for (const auto& order : orders_) {
      for (std::size_t first = 0; first < order.size(); ++first) {
        Subset hidden(order.begin() + static_cast<std::ptrdiff_t>(first), order.end());
        std::ranges::sort(hidden);
        rows.push_back({.hidden = std::move(hidden)});
      }
    }
    return rows;
  }

  /// The log-likelihood of the target in each order.
  [[nodiscard]] std::vector<double> log_likelihoods(std::span<const RowLosses> losses) const {
    std::vector<double> sums;
    sums.reserve(orders_.size());
    for (const auto& order : orders_) {
      double sum = 0.0;
      for (std::size_t first = 0; first < order.size(); ++first)
        sum -= losses[first][place_of(order, first)];
      losses = losses.subspan(order.size());
      sums.push_back(sum);
    }
    return sums;
  }

 private:
  /// Among the hidden tokens, that of the one which comes next: how many hidden ones are before it.
  static std::size_t place_of(const Order& order, std::size_t first) {
    return static_cast<std::size_t>(
        std::count_if(order.begin() + static_cast<std::ptrdiff_t>(first), order.end(),
                      [&](std::size_t token) { return token < order[first]; }));
  }

  std::vector<Order> orders_;
};

std::unique_ptr<SubsetEstimator> all_subsets_of(std::size_t length) {
  return exact_sum(length, {.max_rows = subset_count(length)});
}

class OrdersEstimator final : public SubsetEstimator {
 public:
  OrdersEstimator(std::size_t length, const Orders& config, const OrderDraws& draws)
      : length_(length), config_(config), draws_(draws) {}

  std::vector<WantedRow> next() override {
    if (whole_) return whole_->next();
    if (estimate_.orders) return {};
    if (!config_.orders && !pilot_) {
      pilot_.emplace(length_, draws_.pilot, kPilotOrders);
      return pilot_->wanted();
    }
    rows_.emplace(length_, draws_.estimate, config_.orders.value());
    return rows_->wanted();
  }

  void see(std::span<const RowRanks> ranks) override {
    if (whole_) whole_->see(ranks);
  }

  void take(std::span<const RowLosses> losses) override {
    if (whole_) {
      whole_->take(losses);
    } else if (rows_) {
      settle(rows_->log_likelihoods(losses));
    } else {
      decide(pilot_.value().log_likelihoods(losses));
    }
  }

  [[nodiscard]] FoldEstimate estimate() const override {
    return whole_ ? whole_->estimate() : estimate_;
  }

 private:
  /// After the pilot. What is exact is so whatever led to it.
  void decide(std::span<const double> pilot) {
    config_.orders = orders_for(pilot, length_, config_.max_rows);
    if (enumerates(length_, config_)) whole_ = all_subsets_of(length_);
  }

  void settle(std::span<const double> log_likelihoods) {
    std::vector<double> pairs;
    for (std::size_t k = 0; k < log_likelihoods.size(); k += 2)
      pairs.push_back(-(log_likelihoods[k] + log_likelihoods[k + 1]) / 2.0);
    const auto mean = mean_of(pairs);
    estimate_.loss = mean.value;
    if (pairs.size() >= kPairsForError) {
      estimate_.standard_error = mean.standard_error;
      if (mean.standard_error) estimate_.fold_count = std::ssize(pairs);
    }
    estimate_.folds = {std::move(pairs)};
    estimate_.orders = order_bounds(log_likelihoods);
    estimate_.orders->pilot = pilot_ ? kPilotOrders : 0;
  }

  std::size_t length_;
  Orders config_;
  OrderDraws draws_;
  std::optional<OrderRows> pilot_;
  std::optional<OrderRows> rows_;
  std::unique_ptr<SubsetEstimator> whole_;  ///< where all subsets are no more rows
  FoldEstimate estimate_;
};

}  // namespace

std::int64_t orders_for(std::span<const double> pilot, std::size_t length, std::int64_t max_rows) {
  const double spread = sample_deviation(pilot);
  constexpr double kRelativeVariance = 0.25;
  const double wanted = std::expm1(spread * spread) / kRelativeVariance;
  const auto most = max_rows / static_cast<std::int64_t>(std::max<std::size_t>(length, 1));
  std::int64_t orders = kFewestOrders;
  while (static_cast<double>(orders) < wanted && 2 * orders <= most) orders *= 2;
  return orders;
}

OrderBounds order_bounds(std::span<const double> log_likelihoods) {
  if (log_likelihoods.size() < 4 || log_likelihoods.size() % 2 != 0) {
    throw std::invalid_argument("orders: wanted at least two pairs, got " +
                                std::to_string(log_likelihoods.size()) + " orders");
  }
  OrderBounds bounds{.orders = std::ssize(log_likelihoods),
                     .effective = effective_number(log_likelihoods),
                     .low = log_mean_exp(log_likelihoods),
                     .low_error = jackknife_error(log_likelihoods, log_mean_exp),
                     .high = upper_end(log_likelihoods)};
  if (bounds.effective >= kEnough) bounds.high_error = jackknife_error(log_likelihoods, upper_end);
  return bounds;
}

OrderDraws order_draws(std::uint64_t seed, std::span<const std::int64_t> content) {
  return {.estimate = RandomStream(seed, Purpose::reveal_order, content),
          .pilot = RandomStream(seed, Purpose::pilot_order, content)};
}

bool enumerates(std::size_t length, const Orders& config) {
  if (length > kMaxEnumerated) return false;
  const auto orders = config.orders.value_or(kPilotOrders + kFewestOrders);
  return subset_count(length) <= orders * (static_cast<std::int64_t>(length) - 1) + 1;
}

bool may_enumerate(std::size_t length, const Orders& config) {
  if (config.orders) return enumerates(length, config);
  return length <= kMaxEnumerated && subset_count(length) <= config.max_rows;
}

std::unique_ptr<SubsetEstimator> random_orders(std::size_t length,
                                               const Orders& config,
                                               const OrderDraws& draws) {
  check_subset_config(config);
  if (enumerates(length, config)) return all_subsets_of(length);
  return std::make_unique<OrdersEstimator>(length, config, draws);
}

void check_subset_config(const Orders& config) {
  if (config.orders && (*config.orders < 4 || *config.orders % 2 != 0)) {
    throw std::invalid_argument("orders: wanted an even number of at least 4, got " +
                                std::to_string(*config.orders));
  }
  if (config.max_rows < 1) {
    throw std::invalid_argument("orders: wanted at least one row, got " +
                                std::to_string(config.max_rows));
  }
}

}  // namespace smdm
