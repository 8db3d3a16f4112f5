/// A masked diffusion model read from left to right, as SMDM scores some of its tasks.
#pragma once

#include <memory>

#include "evaluators/rows/score_source.hpp"

namespace smdm {

/// Has no settings.
struct ChainRule {
  static constexpr const char* kName = "chain-rule";
};

/// sum over i of log p(x_i | context, x_0 .. x_(i-1)), the rest of the target masked: L rows,
/// deterministic, so without a standard error. It is the exact log-probability of one way to
/// generate the target, but no bound on the model's ELBO: Bound::chain_rule.
///
/// A bf16 model gives the sum rounded to bfloat16, as the published runs report it.
/// Nie et al. 2024, arXiv:2410.18514, section 4.
[[nodiscard]] std::unique_ptr<ScoreSource> chain_rule_source(Scoring scoring);

}  // namespace smdm
