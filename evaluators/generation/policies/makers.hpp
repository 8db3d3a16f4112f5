/// Who makes the policy of each sampler: one function each, in the file of its name.
#pragma once

#include "evaluators/generation/policies/policy.hpp"

namespace smdm::policies {

using Hidden = std::span<const std::size_t>;
using Made = std::unique_ptr<Policy>;

[[nodiscard]] Made confidence(const PolicyConfig& config,
                              Hidden hidden,
                              const PositionDraws& draws);
[[nodiscard]] Made ancestral(const PolicyConfig& config, Hidden hidden, const PositionDraws& draws);
[[nodiscard]] Made llada(const PolicyConfig& config, Hidden hidden, const PositionDraws& draws);
[[nodiscard]] Made threshold(const PolicyConfig& config, Hidden hidden, const PositionDraws& draws);
[[nodiscard]] Made factor(const PolicyConfig& config, Hidden hidden, const PositionDraws& draws);
[[nodiscard]] Made entropy_bound(const PolicyConfig& config,
                                 Hidden hidden,
                                 const PositionDraws& draws);
[[nodiscard]] Made margin(const PolicyConfig& config, Hidden hidden, const PositionDraws& draws);
[[nodiscard]] Made entropy(const PolicyConfig& config, Hidden hidden, const PositionDraws& draws);
[[nodiscard]] Made dream(const PolicyConfig& config, Hidden hidden, const PositionDraws& draws);

}  // namespace smdm::policies
