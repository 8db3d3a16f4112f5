/// Likelihood of many requests: ids in, one Estimate per request out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <variant>
#include <vector>

#include "base/request.hpp"
#include "evaluators/likelihood/chain_rule.hpp"
#include "evaluators/likelihood/monte_carlo.hpp"
#include "evaluators/likelihood/teacher_forcing.hpp"
#include "evaluators/rows/packing.hpp"
#include "evaluators/rows/score_source.hpp"
#include "evaluators/subsets/estimators.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// TeacherForcing is for autoregressive models, the others are for masked diffusion models.
using Estimator =
    std::variant<MonteCarlo, ChainRule, TeacherForcing, ExactSum, FixedCount, Balanced>;

struct LikelihoodConfig {
  // Changes the number reported.
  Estimator estimator = MonteCarlo{};
  double cfg = 0.0;        ///< see guidance.hpp
  std::uint64_t seed = 0;  ///< below 2^32
  bool greedy = false;     ///< whether Estimate::is_greedy is wanted
  // Changes only the speed.
  PackingLimits packing = {};
};

/// Called once per request, in any order, as soon as its estimate is complete. What it throws ends
/// the evaluation and reaches the caller.
using EstimateDone = std::function<void(std::size_t index, const Estimate& estimate)>;

/// Estimates log p(continuation | context) of every request, computing many at once.
///
/// An estimate depends on its own request, the settings that change the number and the model; not
/// on the other requests, their order or the packing. Only rows that neighbouring requests with one
/// context share (the context's own under an autoregressive model, equal rows of the estimators by
/// subsets) are counted for the first of them alone.
/// @param requests  contexts not empty for an autoregressive model, continuations never, ids below
///                  vocab_tokens (or the mask id, in contexts), context and continuation together
///                  at most max_tokens long
/// @throws std::invalid_argument  before anything is computed, with the request's index, if one of
///                                these limits or of the settings is broken, or if the estimator
///                                does not fit the kind of model
/// @throws Error(checkpoint)        if the model gives something that is not a number
void score(const LanguageModel& model,
           std::span<const TokenRequest> requests,
           const LikelihoodConfig& config,
           const EstimateDone& done);

/// What score() would compute for each request, without a model: its estimators run on made-up
/// answers. Rows that depend on the answers are counted as if every answer were the same: a target
/// error then takes the fewest rows it may, and greedy verdicts take one each.
/// @return  estimates of which `rows` and `tokens` mean something
/// @throws std::invalid_argument  as score()
[[nodiscard]] std::vector<Estimate> count_work(const ModelInfo& info,
                                               std::span<const TokenRequest> requests,
                                               const LikelihoodConfig& config);

/// The same, gathered in the order of the requests.
[[nodiscard]] std::vector<Estimate> score(const LanguageModel& model,
                                          std::span<const TokenRequest> requests,
                                          const LikelihoodConfig& config);

}  // namespace smdm
