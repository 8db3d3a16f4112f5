/// Random orders of revealing: the bound, and bounds of the likelihood itself from both sides, for
/// targets whose subsets are too many to be enumerated. docs/likelihood.md says what each is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/request.hpp"
#include "evaluators/subsets/draws.hpp"
#include "evaluators/subsets/estimators.hpp"

namespace smdm {

/// Pairs of a uniformly random order and its reverse, which hides where the order shows (antithetic
/// permutations: Mitchell et al. 2022, arXiv:2104.12199). Enumerates where that takes no more rows,
/// after a pilot too.
struct Orders {
  static constexpr const char* kName = "orders";
  /// Even, at least 4: two independent pairs. Empty: as many as a pilot of other orders asks for.
  std::optional<std::int64_t> orders = 32;
  std::int64_t max_rows = 4096;  ///< with a pilot: no more orders than take so many rows
};

/// Orders of a pilot, whatever it decides; they serve nothing else.
inline constexpr std::int64_t kPilotOrders = 8;

/// The fewest orders that a pilot decides on.
inline constexpr std::int64_t kFewestOrders = 8;

/// Orders for a target from the log-likelihoods of a pilot's. The variance of a mean of
/// probabilities relative to its square is (e^(s^2) - 1) / orders where log-likelihoods are normal
/// with the standard deviation s: a number of orders that makes it a quarter, between the fewest
/// and those that `max_rows` allow, doubled from kFewestOrders on.
/// @param pilot   [kPilotOrders]
/// @param length  tokens of the target, rows of an order
[[nodiscard]] std::int64_t orders_for(std::span<const double> pilot,
                                      std::size_t length,
                                      std::int64_t max_rows);

/// What orders of one target say of its likelihood.
/// @param log_likelihoods  [2 * pairs], nats: an order, its reverse, the next order ...; at least
/// two
///                         pairs, chosen without a look at what they say
/// @throws std::invalid_argument  if they are fewer, or no pairs
[[nodiscard]] OrderBounds order_bounds(std::span<const double> log_likelihoods);

/// The draws of a request: those of the pilot are independent of those that count.
struct OrderDraws {
  RandomStream estimate;
  RandomStream pilot;
};
[[nodiscard]] OrderDraws order_draws(std::uint64_t seed, std::span<const std::int64_t> content);

[[nodiscard]] std::unique_ptr<SubsetEstimator> random_orders(std::size_t length,
                                                             const Orders& config,
                                                             const OrderDraws& draws);

/// Whether all subsets of a target are computed, which then take no more rows than its orders; with
/// a pilot, no more than that and the fewest it may decide on. It may come to be so after the
/// pilot, too: see may_enumerate().
[[nodiscard]] bool enumerates(std::size_t length, const Orders& config);

/// Whether it is possible.
[[nodiscard]] bool may_enumerate(std::size_t length, const Orders& config);

/// @throws std::invalid_argument  if a limit above is broken
void check_subset_config(const Orders& config);

}  // namespace smdm
