/// Estimators by subsets as tests run them on loss tables: each seed draws otherwise, and all
/// belong to one context.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "evaluators/subsets/estimators.hpp"

namespace smdm::test {

/// Tokens of the prompt that the rule of reuse sees; those of the tables are fewer.
inline constexpr std::size_t kPrompt = 40;
inline const std::vector<std::int64_t> kContent = {3, 1, 4};

[[nodiscard]] inline std::unique_ptr<SubsetEstimator> make_fixed_count(std::uint64_t seed,
                                                                       std::size_t length,
                                                                       std::int64_t rows) {
  return fixed_count(length, {.rows = rows}, FixedCountDraws(seed, kContent));
}

[[nodiscard]] inline std::unique_ptr<SubsetEstimator> make_balanced(std::uint64_t seed,
                                                                    std::size_t length,
                                                                    std::int64_t rows) {
  return balanced(length, kPrompt, {.rows = rows}, balanced_draws(seed, kContent));
}

/// Over a frozen prompt.
[[nodiscard]] inline std::unique_ptr<SubsetEstimator> make_reusing(std::uint64_t seed,
                                                                   std::size_t length,
                                                                   std::int64_t rows) {
  return balanced(length, kPrompt, {.rows = rows, .prompt_reuse = PromptReuse::on},
                  balanced_draws(seed, kContent));
}

}  // namespace smdm::test
