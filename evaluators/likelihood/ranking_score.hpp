/// Scores that rank the answers to a question and are likelihoods of none of them.
#pragma once

#include <memory>

#include "base/score_kind.hpp"
#include "evaluators/rows/score_source.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// Sums of log p of the true tokens x_i of a target of L tokens, in nats, from rows of the prompt
/// with the target hidden in part. `shown` are the target tokens that the row shows:
///
///   one_step           all L tokens, nothing shown                 one row
///   pseudo_likelihood  each token, all the others shown            L rows, a token hidden in each
///   first_token        the first token alone, nothing shown        one row
///   in_view            each token, the whole target shown          one row, nothing hidden
///
/// None is the likelihood of the target under the model, or a bound on it (but for L = 1, where the
/// first three are the likelihood). one_step is that of a sampler which draws all tokens at once,
/// each without the others; first_token leaves all but one token out; the tokens of
/// pseudo_likelihood (Salazar et al. 2020, arXiv:1910.14659) and in_view are told by each other, so
/// that exponentials do not sum to 1 over targets.
struct RankingScore {
  static constexpr const char* kName = "ranking-score";
  ScoreKind kind = ScoreKind::one_step;
};

/// Why a model has no such score, or null if it has it: what a network says of a token that it
/// sees is nothing under MDLM's SUBS rule, by which such a token is certain.
[[nodiscard]] const char* why_no_score(const MaskedDiffusion& diffusion, const RankingScore& score);

/// @throws std::invalid_argument  if the model is autoregressive, or has no such score
void check_ranking_score(const ModelInfo& info, const RankingScore& score);

/// Bound::score; deterministic, so without a standard error. Rows are always full ones. With
/// guidance they are those of the guided distribution; in_view then guides the whole text in view
/// by the target in view alone. Sums are of float64 under bf16 too.
[[nodiscard]] std::unique_ptr<ScoreSource> ranking_score_source(Scoring scoring,
                                                                const RankingScore& score);

}  // namespace smdm
