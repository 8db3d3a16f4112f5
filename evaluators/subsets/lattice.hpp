/// What the losses of all subsets of a target say besides the bound: the likelihood itself, and how
/// it spreads over orders. No further row is needed for any of it. docs/likelihood.md has the
/// proofs.
///
/// A masked diffusion model that reveals one token at a time in a uniformly random order draws a
/// target x with the probability f({}), where f(x) = 1 and f(S) is the mean over the hidden tokens
/// i of p(x_i | S) f(S + i), S being the revealed tokens. The bound is the same recursion with the
/// mean of logarithms in the place of the logarithm of the mean.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/request.hpp"
#include "evaluators/subsets/draws.hpp"
#include "evaluators/subsets/estimators.hpp"

namespace smdm {

/// @param length  L, 1..kMaxEnumerated
/// @param losses  -log p of the hidden tokens of each of all_subsets(length), in their order, nats
/// @param ranks   of the same rows, or none: then values of policies that need them are empty
/// @throws std::invalid_argument  if there is not a row for each subset
[[nodiscard]] OrderValues order_values(std::size_t length,
                                       std::span<const RowLosses> losses,
                                       std::span<const RowRanks> ranks = {});

}  // namespace smdm
