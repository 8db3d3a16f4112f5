/// The estimators that can be asked for, by name.
#pragma once

#include <array>
#include <variant>

#include "base/text/names.hpp"
#include "evaluators/likelihood/likelihood.hpp"

namespace smdm {

/// Every estimator of a masked diffusion model's likelihood, with its usual budget, and behind them
/// the ranking scores, in the order of --help. An autoregressive model has TeacherForcing alone, a
/// corpus training_loss().
inline constexpr std::array kAllEstimators{
    Named<Estimator>{
        .name = Balanced::kAutoName,
        .value = Balanced{.prompt_reuse = PromptReuse::automatic, .exact_over_full_rows = true}},
    Named<Estimator>{.name = ExactSum::kName, .value = ExactSum{}},
    Named<Estimator>{.name = Balanced::kName,
                     .value = Balanced{.prompt_reuse = PromptReuse::automatic}},
    Named<Estimator>{.name = FixedCount::kName, .value = FixedCount{}},
    Named<Estimator>{.name = Orders::kName, .value = Orders{}},
    Named<Estimator>{.name = MonteCarlo::kName, .value = MonteCarlo{}},
    Named<Estimator>{.name = ChainRule::kName, .value = ChainRule{}},
    Named<Estimator>{.name = Duel::kName, .value = Duel{}},
    Named<Estimator>{.name = kAllScoreKinds[0].name,
                     .value = RankingScore{.kind = kAllScoreKinds[0].value}},
    Named<Estimator>{.name = kAllScoreKinds[1].name,
                     .value = RankingScore{.kind = kAllScoreKinds[1].value}},
    Named<Estimator>{.name = kAllScoreKinds[2].name,
                     .value = RankingScore{.kind = kAllScoreKinds[2].value}},
    Named<Estimator>{.name = kAllScoreKinds[3].name,
                     .value = RankingScore{.kind = kAllScoreKinds[3].value}}};
static_assert(kAllScoreKinds.size() == 4);

}  // namespace smdm
