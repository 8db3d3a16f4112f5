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
#include "evaluators/likelihood/duel.hpp"
#include "evaluators/likelihood/monte_carlo.hpp"
#include "evaluators/likelihood/ranking_score.hpp"
#include "evaluators/likelihood/teacher_forcing.hpp"
#include "evaluators/rows/packing.hpp"
#include "evaluators/rows/score_source.hpp"
#include "evaluators/subsets/estimators.hpp"
#include "evaluators/subsets/orders.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// TeacherForcing is for autoregressive models, the others are for masked diffusion models.
using Estimator = std::variant<MonteCarlo,
                               ChainRule,
                               TeacherForcing,
                               ExactSum,
                               FixedCount,
                               Balanced,
                               Orders,
                               Duel,
                               RankingScore>;

struct LikelihoodConfig {
  // Changes the number reported.
  Estimator estimator = MonteCarlo{};
  double cfg = 0.0;        ///< see guidance.hpp
  std::uint64_t seed = 0;  ///< below 2^32
  bool greedy = false;     ///< whether Estimate::is_greedy is wanted
  // Changes only the speed.
  PackingLimits packing = {};
};

/// The requests of one question: one context and suffix, one continuation each. Only they share
/// rows, so that what a question costs depends on nothing but itself.
using TokenQuestion = std::span<const TokenRequest>;

/// Called once per question, in any order, as soon as all its estimates are complete, with one
/// estimate per request. What it throws ends the evaluation and reaches the caller.
using QuestionDone = std::function<void(std::size_t index, std::vector<Estimate> estimates)>;

/// Estimates log p(continuation | context) of every request of every question, computing many
/// questions at once.
///
/// An estimate depends on its own request, the settings that change the number and the model; not
/// on the other requests, their order or the packing. What its question's requests share (the
/// context's row under an autoregressive model, equal rows of the estimators by subsets) is counted
/// for the first of them alone.
/// @param questions  requests that check_request() accepts; those of a question show_the_same(),
///                   unless the estimator is MonteCarlo, ChainRule, TeacherForcing, Duel or
///                   RankingScore
/// @throws std::invalid_argument  before anything is computed, if a limit of the settings is
///                                broken, the estimator does not fit the model, or a target
///                                is too long for ExactSum
/// @throws Error(checkpoint)      if the model gives something that is not a number
void score(const LanguageModel& model,
           std::span<const TokenQuestion> questions,
           const LikelihoodConfig& config,
           const QuestionDone& done);

/// What score() would compute for each question, without a model: its estimators run on made-up
/// answers. Rows that depend on the answers are counted as if every answer were the same: a target
/// error then takes the fewest rows it may, and greedy verdicts take one each.
/// @throws std::invalid_argument  as score()
[[nodiscard]] std::vector<RowCost> count_work(const ModelInfo& info,
                                              std::span<const TokenQuestion> questions,
                                              const LikelihoodConfig& config);

/// score() of requests by themselves, each a question of its own, gathered in their order.
[[nodiscard]] std::vector<Estimate> score(const LanguageModel& model,
                                          std::span<const TokenRequest> requests,
                                          const LikelihoodConfig& config);

/// Each request as a question of its own.
[[nodiscard]] std::vector<TokenQuestion> single_questions(std::span<const TokenRequest> requests);

/// @throws std::invalid_argument  if a target of the question takes more rows than `estimator` may
///                                have (ExactSum)
void check_enumerable(TokenQuestion question, const Estimator& estimator);

}  // namespace smdm
