// The rows of the table that say how a likelihood is estimated. Guidance stands among them, though
// generations use it too.
#include <algorithm>
#include <cmath>
#include <iterator>

#include "evaluators/likelihood/all_estimators.hpp"
#include "harness/settings/choices.hpp"
#include "harness/settings/rows.hpp"

namespace smdm {
namespace {

using enum Effect;

constexpr Range kHalfOpen{.wanted = "a number above 0 and below 0.5",
                          .holds = [](double v) { return v > 0.0 && v < 0.5; }};

/// What estimators of a masked diffusion model's likelihood use.
Use estimates(bool (*where)(const Settings&) = nullptr) {
  return {.diffusion = {Work::likelihood}, .where = where};
}

const Estimator& estimator_of(const Settings& decided) {
  return value_named(kAllEstimators, decided.estimator.value());
}

template <typename... Configs>
bool has_estimator(const Settings& decided) {
  return (std::holds_alternative<Configs>(estimator_of(decided)) || ...);
}

/// A generation has none, which is how settings that samplers share with DUEL's likelihoods know
/// it.
Json usual_estimator(const Settings& /*decided*/, const DecisionFor& what) {
  return what.work == Work::generation ? Json() : Json(Balanced::kAutoName);
}

Json usual_orders(const Settings& decided, const DecisionFor& /*what*/) {
  if (!decided.estimator || !has_estimator<Orders>(decided)) return nullptr;
  return std::to_string(Orders{}.orders.value());
}

/// The rows that an estimator has where nobody says it; those that count no rows have none to say.
Json usual_rows(const Settings& decided, const DecisionFor& /*what*/) {
  if (!decided.estimator) return nullptr;
  if (const auto* mc = std::get_if<MonteCarlo>(&estimator_of(decided))) return mc->samples;
  if (const auto* fixed = std::get_if<FixedCount>(&estimator_of(decided))) return fixed->rows;
  return Balanced{}.rows;
}

/// What is recorded as the estimator: an autoregressive model and a corpus have one of their own.
Json recorded_estimator(const Settings& decided, const DecisionFor& what, ModelKind kind) {
  if (what.work == Work::generation) return nullptr;
  if (kind == ModelKind::arm) return TeacherForcing::kName;
  if (what.work == Work::corpus) return kTrainingLoss;
  return decided.estimator.value();
}

/// A round has no more strata than there are samples.
Json recorded_strata(const Settings& decided, const DecisionFor& what, ModelKind kind) {
  const bool used = what.work == Work::likelihood && kind == ModelKind::mdm;
  if (!used || !has_estimator<MonteCarlo>(decided)) return nullptr;
  return std::min(decided.mc_strata.value(), decided.mc_samples.value());
}

/// The estimator and its budget.
Rows estimator_rows() {
  return {
      {.names = "--estimator",
       .help = "Likelihood of a masked diffusion model (default auto: exact where 2^L - 1 <= "
               "--mc-samples, else balanced); one-step, pll, first-token and in-view rank answers "
               "and are no likelihoods",
       .member = &Settings::estimator,
       .effect = number,
       .allowed = names_of(kAllEstimators),
       .use = estimates(),
       .checkpoint_default = true,
       .fallback_of = usual_estimator,
       .recorded = recorded_estimator},
      {.names = "--mc-samples",
       .help = "Rows per request (default 32 for auto and balanced, 128 for fixed-count, 1024 for "
               "mc)",
       .member = &Settings::mc_samples,
       .effect = number,
       .range = kAtLeastOne,
       .use = {.diffusion = {Work::likelihood, Work::corpus},
               .where =
                   [](const Settings& s) {
                     return !s.racing && has_estimator<MonteCarlo, FixedCount, Balanced>(s);
                   }},
       .checkpoint_default = true,
       .fallback_of = usual_rows},
      {.names = "--mc-strata",
       .help = "Samples per stratified round of mc (default 32)",
       .member = &Settings::mc_strata,
       .effect = number,
       .range = kAtLeastOne,
       .use = estimates(has_estimator<MonteCarlo>),
       .checkpoint_default = true,
       .fallback = MonteCarlo{}.strata,
       .recorded = recorded_strata},
  };
}

/// Budgets of other kinds than a number of rows.
Rows limit_rows() {
  return {
      {.names = "--orders",
       .help = "Estimator orders: random orders of revealing per request, an even number from 4 on "
               "(default 32), or pilot: as many as 8 others ask for. Bounds the likelihood itself "
               "from both sides",
       .member = &Settings::orders,
       .effect = number,
       .use = estimates(has_estimator<Orders>),
       .checkpoint_default = true,
       .fallback_of = usual_orders},
      {.names = "--max-rows",
       .help =
           "Most rows per request of exact, under --target-error and of --orders pilot (default "
           "4096)",
       .member = &Settings::max_rows,
       .effect = number,
       .range = kAtLeastOne,
       .use = estimates([](const Settings& s) {
         const bool by_pilot = has_estimator<Orders>(s) && s.orders == kPilot;
         return has_estimator<ExactSum>(s) || s.target_error || by_pilot;
       }),
       .checkpoint_default = true,
       .fallback = Balanced{}.max_rows},
      {.names = "--target-error",
       .help = "auto and balanced: add rows until the standard error in nats is below this",
       .member = &Settings::target_error,
       .effect = number,
       .range = kAboveZero,
       .use = estimates(),
       .checkpoint_default = true},
  };
}

/// What is between the choices of a question: races, and prompts that are read once.
Rows choice_rows() {
  return {
      {.names = "--racing",
       .help = "auto and balanced: stop computing a choice that seems beaten in its question, at "
               "the nominal error rate of --racing-error",
       .member = &Settings::racing,
       .effect = number,
       .use = estimates([](const Settings& s) { return s.racing; })},
      {.names = "--racing-error",
       .help = "Nominal rate at which races eliminate the exact winner (default 0.01): no bound, "
               "see docs/estimators.md",
       .member = &Settings::racing_error,
       .effect = number,
       .range = kHalfOpen,
       .use = estimates([](const Settings& s) { return s.racing; }),
       .checkpoint_default = true,
       .fallback = 0.01},
      {.names = "--prompt-reuse",
       .help = "balanced and racing: rows over a frozen prompt, corrected without bias; auto "
               "(default): where the prompt has at least four times the target's tokens",
       .member = &Settings::prompt_reuse,
       .effect = number,
       .allowed = names_of(kAllPromptReuses),
       .use = estimates(has_estimator<Balanced>),
       .checkpoint_default = true,
       .fallback = name_of(kAllPromptReuses, PromptReuse::automatic)},
  };
}

/// Guidance of both kinds of work, and the greedy verdict.
Rows guidance_rows() {
  return {
      {.names = "--cfg",
       .help = "Classifier-free guidance w: un + (w + 1) * (cond - un) (default 0)",
       .member = &Settings::cfg,
       .effect = number,
       .range = kFromZero,
       .use = {.diffusion = {Work::likelihood, Work::generation}},
       .checkpoint_default = true,
       .fallback = 0.0,
       // Of every task, so that runs with and without a use for it have a number to compare.
       .recorded = [](const Settings& s, const DecisionFor& /*what*/, ModelKind /*kind*/) -> Json {
         return s.cfg.value();
       }},
      {.names = "--cfg-second",
       .help = "Guidance of gsm8k's second stage (default: that of --cfg)",
       .member = &Settings::cfg_second,
       .effect = number,
       .range = kFromZero,
       .use = {.diffusion = {Work::generation}},
       .checkpoint_default = true,
       .fallback_of = [](const Settings& s, const DecisionFor& /*what*/) -> Json {
         return s.cfg.value();
       },
       .recorded = [](const Settings& s, const DecisionFor& what, ModelKind kind) -> Json {
         const bool second = what.work == Work::generation && kind == ModelKind::mdm &&
                             (what.two_stages || what.task.empty()) && s.stages == 2;
         return second ? Json(s.cfg_second.value()) : Json();
       }},
      {.names = "--suffix",
       .help = "What stands behind every target, shown and never scored: eos, a text, or none "
               "(default)",
       .member = &Settings::suffix,
       .effect = number,
       .use = estimates(),
       .checkpoint_default = true,
       .fallback = kNoSuffix,
       .recorded = [](const Settings& s, const DecisionFor& what, ModelKind kind) -> Json {
         const bool used = what.work == Work::likelihood && kind == ModelKind::mdm;
         return used && s.suffix != kNoSuffix ? Json(s.suffix.value()) : Json();
       }},
      {.names = "--greedy",
       .help = "Also tell whether greedy decoding gives the continuation",
       .member = &Settings::greedy,
       .effect = number,
       .use = both_models(Work::likelihood)},
  };
}

}  // namespace

Rows likelihood_rows() {
  Rows all;
  for (auto* part : {estimator_rows, limit_rows, choice_rows, guidance_rows}) {
    auto rows = part();
    std::ranges::move(rows, std::back_inserter(all));
  }
  return all;
}

}  // namespace smdm
