/// The ranking scores of masked diffusion models, by name: numbers that may order the answers to a
/// question and are the logarithm of no probability of them (Bound::score).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "base/text/names.hpp"

namespace smdm {

/// How a target is scored; evaluators/likelihood/ranking_score.hpp has the definitions.
enum class ScoreKind : std::uint8_t { one_step, pseudo_likelihood, first_token, in_view };

inline constexpr std::array kAllScoreKinds{
    Named<ScoreKind>{.name = "one-step", .value = ScoreKind::one_step},
    Named<ScoreKind>{.name = "pll", .value = ScoreKind::pseudo_likelihood},
    Named<ScoreKind>{.name = "first-token", .value = ScoreKind::first_token},
    Named<ScoreKind>{.name = "in-view", .value = ScoreKind::in_view}};

/// Whether an estimator of this name gives ranking scores.
[[nodiscard]] constexpr bool is_score_name(std::string_view name) {
  return std::ranges::any_of(kAllScoreKinds, [&](const auto& one) { return name == one.name; });
}

}  // namespace smdm
