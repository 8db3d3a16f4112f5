/// Sequential elimination among the choices of a question: rows go where the verdict is open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "evaluators/rows/packing.hpp"
#include "evaluators/rows/score_source.hpp"
#include "evaluators/subsets/question.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// Changes the number reported.
struct Racing {
  /// Nominal chance that a question's exact winner is eliminated, over all looks, choices and
  /// verdicts; 0 < it < 1/2. No bound: what no row happened to hide cannot be seen, and where few
  /// subsets cost much the winner is lost far more often (docs/estimators.md).
  double error = 0.01;
  PromptReuse prompt_reuse = PromptReuse::automatic;
};

/// Rows per choice at which a race ends, where enumeration does not end it before.
inline constexpr std::int64_t kRaceRows = 160;

/// A question of a race: at least one request, all with one context, of which the likeliest wins.
struct RaceQuestion {
  std::span<const TokenRequest> requests;  ///< that check_request() accepts
  /// [verdicts][requests]: each verdict goes to the largest nats / divisor; divisors are above 0.
  std::vector<std::vector<double>> divisors;
};

/// How a question's race ended.
struct RaceOutcome {
  std::vector<bool> undecided;  ///< [verdicts]: still open when the rows ended
  /// [verdicts][choices]: not eliminated from that verdict; its answer is the best of these. At
  /// least one is left in each.
  std::vector<std::vector<bool>> left;
  /// Rows that the choices had computed: cheap ones, corrections, and those that full rows took the
  /// place of. Equal rows of one choice count once; guidance and prefills are not in it.
  std::int64_t rows = 0;
  std::int64_t full_rows = 0;  ///< of these, how many read the whole prompt
};

struct RacingConfig {
  // Changes the number reported.
  Racing racing = {};
  double cfg = 0.0;        ///< see guidance.hpp
  std::uint64_t seed = 0;  ///< below 2^32
  // Changes only the speed.
  PackingLimits packing = {};
};

/// Called once per question, in any order, as soon as its race has ended, with one estimate per
/// request.
using RaceDone = std::function<void(
    std::size_t index, std::vector<Estimate> estimates, const RaceOutcome& outcome)>;

/// Races the choices of each question; many questions at once keep forwards full.
///
/// All choices of a question share their draws as far as their lengths allow. At each look (8, 16,
/// 32, 64, 96, 128 and 160 rows a choice) a choice drops out of a verdict if it trails another by
/// more than a one-sided Student t quantile of their paired difference over folds, at level error /
/// (looks * contrasts) and with the degrees of freedom of half the folds; a choice whose subsets
/// are all computed has no error any more, and one that is not counts only when its rows hide at
/// least four different subsets. A choice that is out of every verdict gets no further
/// rows and is marked `eliminated`; one that is out of some alone is told by RaceOutcome::left. All
/// values of a question whose every verdict was decided, at the last look too, are marked `stopped`
/// unless they are exact: what its rows showed ended it. So are those of eliminated choices.
/// Prompts are not reused where the rows of the first look are all subsets.
/// @throws std::invalid_argument  before anything is computed, if a limit of questions or settings
///                                is broken, or the model is no masked diffusion model
/// @throws Error(checkpoint)        if the model gives something that is not a number
void race(const LanguageModel& model,
          std::span<const RaceQuestion> questions,
          const RacingConfig& config,
          const RaceDone& done);

/// The plan of one question, for tests; `outcome` is set by its estimates().
[[nodiscard]] std::unique_ptr<SubsetPlan> racing_plan(
    const RaceQuestion& question,
    const Racing& config,
    const BalancedDraws& draws,
    std::function<void(const RaceOutcome&)> outcome);

/// @throws std::invalid_argument  if the error is out of range
void check_racing(const Racing& config);

}  // namespace smdm
