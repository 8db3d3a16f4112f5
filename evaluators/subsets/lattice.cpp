// Sets of hidden tokens are numbers whose bits are the tokens: every smaller number's values are
// known when a set is reached, so that each recursion is one pass. Row k of all_subsets() hides the
// tokens of the number k + 1.
#include "evaluators/subsets/lattice.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace smdm {
namespace {

using HiddenSet = std::size_t;

constexpr HiddenSet single(std::size_t token) {
  return HiddenSet{1} << token;
}

/// What is known of a set of hidden tokens: of all orders in which they may be revealed.
struct Known {
  double log_mean = 0.0;  ///< log f
  double mean = 0.0;      ///< the bound
  double variance = 0.0;  ///< over orders
  double best = 0.0;
  double worst = 0.0;
};

/// One way to go on: the log-probability of the token that is revealed, and what is known behind
/// it.
struct Way {
  double log_p = 0.0;
  const Known* behind = nullptr;
};

Known combined(std::span<const Way> ways) {
  const auto count = static_cast<double>(ways.size());
  Known known{.best = -std::numeric_limits<double>::infinity(),
              .worst = std::numeric_limits<double>::infinity()};
  double largest = -std::numeric_limits<double>::infinity();
  for (const auto& way : ways) {
    largest = std::max(largest, way.log_p + way.behind->log_mean);
    known.mean += (way.log_p + way.behind->mean) / count;
    known.variance += way.behind->variance / count;
    known.best = std::max(known.best, way.log_p + way.behind->best);
    known.worst = std::min(known.worst, way.log_p + way.behind->worst);
  }
  double sum = 0.0;
  for (const auto& way : ways) {
    sum += std::exp(way.log_p + way.behind->log_mean - largest);
    const double away = way.log_p + way.behind->mean - known.mean;
    known.variance += away * away / count;
  }
  // An order that cannot be puts the mean at -infinity, from which no order is a finite way away.
  if (std::isinf(known.mean)) known.variance = std::numeric_limits<double>::infinity();
  // Where nothing is possible, largest is -infinity and so is the logarithm.
  known.log_mean = std::isinf(largest) ? largest : largest + std::log(sum / count);
  return known;
}

/// The tokens of a set, increasing.
std::vector<std::size_t> tokens_of(HiddenSet hidden) {
  std::vector<std::size_t> tokens;
  for (; hidden != 0; hidden &= hidden - 1)
    tokens.push_back(static_cast<std::size_t>(std::countr_zero(hidden)));
  return tokens;
}

class Lattice {
 public:
  Lattice(std::size_t length, std::span<const RowLosses> losses)
      : all_(single(length) - 1), losses_(losses), known_(all_ + 1) {
    std::vector<Way> ways;
    for (HiddenSet hidden = 1; hidden <= all_; ++hidden) {
      const auto tokens = tokens_of(hidden);
      ways.clear();
      for (std::size_t k = 0; k < tokens.size(); ++k)
        ways.push_back({.log_p = log_p(hidden, k), .behind = &known_[hidden & ~single(tokens[k])]});
      known_[hidden] = combined(ways);
    }
  }

  [[nodiscard]] const Known& whole() const { return known_[all_]; }

  /// The log-likelihood in the one order that a policy takes.
  /// @param choose  gives, of a row, the index of the hidden token that is revealed
  template <typename Choose>
  [[nodiscard]] double in_order(const Choose& choose) const {
    double sum = 0.0;
    for (HiddenSet hidden = all_; hidden != 0;) {
      const std::size_t k = choose(hidden - 1);
      sum += log_p(hidden, k);
      hidden &= ~single(tokens_of(hidden)[k]);
    }
    return sum;
  }

 private:
  /// Of the k-th hidden token.
  [[nodiscard]] double log_p(HiddenSet hidden, std::size_t k) const {
    return -losses_[hidden - 1][k];
  }

  HiddenSet all_;
  std::span<const RowLosses> losses_;
  std::vector<Known> known_;  ///< by the set of hidden tokens
};

/// The first of the largest.
std::size_t largest_index(const std::vector<double>& values) {
  return static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
}

void check(std::size_t length, std::size_t losses, std::size_t ranks) {
  if (length < 1 || length > kMaxEnumerated)
    throw std::invalid_argument("wanted a target of 1.." + std::to_string(kMaxEnumerated) +
                                " tokens, got " + std::to_string(length));
  const auto rows = static_cast<std::size_t>(subset_count(length));
  if (losses != rows || (ranks != 0 && ranks != rows))
    throw std::invalid_argument("wanted a row for each of " + std::to_string(rows) +
                                " subsets, got " + std::to_string(losses) + " and ranks of " +
                                std::to_string(ranks));
}

}  // namespace

OrderValues order_values(std::size_t length,
                         std::span<const RowLosses> losses,
                         std::span<const RowRanks> ranks) {
  check(length, losses.size(), ranks.size());
  const Lattice lattice(length, losses);
  const auto& whole = lattice.whole();
  OrderValues values{.any_order = whole.log_mean,
                     .elbo = whole.mean,
                     .orders_sd = std::sqrt(whole.variance),
                     .oracle_best = whole.best,
                     .oracle_worst = whole.worst,
                     .left_to_right = lattice.in_order([](std::size_t) { return 0; }),
                     .confidence = {},
                     .margin = {},
                     .entropy = {}};
  if (ranks.empty()) return values;
  const auto ranked = [&](std::vector<double> RowRanks::* by) {
    return lattice.in_order([&](std::size_t row) { return largest_index(ranks[row].*by); });
  };
  values.confidence = ranked(&RowRanks::confidence);
  values.margin = ranked(&RowRanks::margin);
  values.entropy = ranked(&RowRanks::entropy);
  return values;
}

}  // namespace smdm
