/// The ranking scores of masked diffusion models, by name: numbers that may order the answers to a
/// question and are the logarithm of no probability of them (Bound::score).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace smdm {

/// How a target is scored; evaluators/likelihood/ranking_score.hpp has the definitions.
enum class ScoreKind : std::uint8_t { one_step, pseudo_likelihood, first_token, in_view };

/// One of them beside its name, for base/text/names.hpp.
struct NamedScore {
  const char* name;
  ScoreKind value;
};

inline constexpr std::array kAllScoreKinds{
    NamedScore{.name = "one-step", .value = ScoreKind::one_step},
    NamedScore{.name = "pll", .value = ScoreKind::pseudo_likelihood},
    NamedScore{.name = "first-token", .value = ScoreKind::first_token},
    NamedScore{.name = "in-view", .value = ScoreKind::in_view}};

/// Whether an estimator of this name gives ranking scores.
[[nodiscard]] constexpr bool is_score_name(std::string_view name) {
  return std::ranges::any_of(kAllScoreKinds, [&](const auto& one) { return name == one.name; });
}

}  // namespace smdm
