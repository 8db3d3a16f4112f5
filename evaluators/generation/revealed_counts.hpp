/// How many tokens each step of a sampler reveals, where that is settled beforehand.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "evaluators/generation/samplers.hpp"

namespace smdm {

/// The tokens that each step of a document reveals, in order; steps that reveal nothing are left
/// out. Nothing where the number depends on the model or on chance: threshold, factor,
/// entropy-bound, ancestral, and dream with origin.
/// @param config  that check_policy() accepts
/// @param hidden  tokens of the answer
[[nodiscard]] std::optional<std::vector<std::size_t>> revealed_counts(const PolicyConfig& config,
                                                                      std::size_t hidden);

}  // namespace smdm
