/// DUEL: the exact probability with which a deterministic sampler writes a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "evaluators/generation/samplers.hpp"
#include "evaluators/generation/tokens.hpp"
#include "evaluators/rows/packing.hpp"
#include "evaluators/rows/score_source.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// A sampler whose positions follow from the logits alone, with the rule by which it draws tokens.
struct Duel {
  static constexpr const char* kName = kDuelName;
  PolicyConfig policy = {.sampler = Sampler::margin, .steps = 0};
  TokenRule tokens = {.temperature = 1.0};
};

/// @throws std::invalid_argument  if a number is out of its range, or the sampler ranks positions
/// by
///                                the tokens it has drawn or by chance: no single order of
///                                positions then leads to a text
void check_duel(const Duel& config);

/// log P(continuation | context) under the sampler: from a hidden continuation, over and over, the
/// policy picks positions from the logits, the logarithms of the chances of the true tokens there
/// are added, and these tokens are revealed. The sum over all texts of a length is 1. A text that
/// the sampler cannot write has -infinity. Bound::sampler; `rows` counts the rows of the forwards.
///
/// DUEL, arXiv:2603.01367.
/// @param requests  that check_request() accepts; the model is of the masked diffusion kind
/// @param done      called once per request, in any order
/// @throws Error(checkpoint)  if the model gives something that is not a number
void duel_likelihoods(const LanguageModel& model,
                      std::span<const TokenRequest* const> requests,
                      const Duel& config,
                      double cfg,
                      const PackingLimits& limits,
                      const std::function<void(std::size_t, const Estimate&)>& done);

/// A source that asks for nothing and reports what a request would cost if all positions had equal
/// logits: the exact cost of samplers with a number of steps, the least of others.
[[nodiscard]] std::unique_ptr<ScoreSource> duel_cost(Scoring scoring, const Duel& config);

}  // namespace smdm
