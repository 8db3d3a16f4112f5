#include "harness/settings/estimators.hpp"

#include <algorithm>
#include <cmath>

#include "base/text/numbers.hpp"
#include "evaluators/subsets/draws.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

bool is_balanced(const std::string& estimator) {
  return estimator == "auto" || estimator == "balanced";
}

std::int64_t default_rows(const std::string& estimator) {
  constexpr std::int64_t kMonteCarlo = 1024;
  constexpr std::int64_t kFixedCount = 128;
  constexpr std::int64_t kBalanced = 32;
  if (estimator == "mc") return kMonteCarlo;
  return estimator == "fixed-count" ? kFixedCount : kBalanced;
}

PromptReuse prompt_reuse_of(const Settings& settings) {
  const auto given = settings.prompt_reuse.value_or("auto");
  if (given == "on") return PromptReuse::on;
  return given == "off" ? PromptReuse::off : PromptReuse::automatic;
}

const char* to_text(PromptReuse reuse) {
  if (reuse == PromptReuse::automatic) return "auto";
  return reuse == PromptReuse::on ? "on" : "off";
}

/// Rows to begin with.
std::int64_t first_rows(const Evaluation& evaluation) {
  return first_rows(
      Balanced{.rows = evaluation.mc_samples, .target_error = evaluation.target_error});
}

std::string auto_rule(const Evaluation& evaluation) {
  const auto rows = std::to_string(first_rows(evaluation));
  std::string rule = "exact where 2^L - 1 <= " + rows;
  if (subset_count(kMaxEnumerated + 1) <= first_rows(evaluation))
    rule += " and L <= " + std::to_string(kMaxEnumerated);
  rule += " for a target of L tokens, else balanced with " + rows + " rows";
  if (!evaluation.target_error) return rule;
  return rule + ", and more until the standard error is below " +
         short_text(*evaluation.target_error) + " nats, at most " +
         std::to_string(evaluation.max_rows);
}

}  // namespace

void decide_estimator(const Settings& all, Evaluation& decided) {
  decided.estimator = all.estimator.value_or(decided.estimator);
  decided.mc_samples = all.mc_samples.value_or(default_rows(decided.estimator));
  decided.mc_strata = all.mc_strata.value_or(decided.mc_strata);
  decided.max_rows = all.max_rows.value_or(decided.max_rows);
  decided.target_error = all.target_error;
  decided.racing = all.racing;
  decided.racing_error = all.racing_error.value_or(decided.racing_error);
  decided.prompt_reuse = prompt_reuse_of(all);
}

void check_estimator(const Evaluation& evaluation) {
  const bool fits = is_balanced(evaluation.estimator);
  const auto wanted = "--estimator auto or balanced beside it";
  if (evaluation.racing && !fits) refuse("--racing", wanted, evaluation.estimator);
  if (!(evaluation.racing_error > 0.0 && evaluation.racing_error < 0.5)) {
    refuse("--racing-error", "a number above 0 and below 0.5",
           std::to_string(evaluation.racing_error));
  }
  if (!evaluation.target_error) return;
  if (!fits) refuse("--target-error", wanted, evaluation.estimator);
  if (!(std::isfinite(*evaluation.target_error) && *evaluation.target_error > 0.0))
    refuse("--target-error", "a number above 0", std::to_string(*evaluation.target_error));
  if (evaluation.racing) refuse("--target-error", "no --racing beside it", "both");
  if (evaluation.max_rows < first_rows(evaluation)) {
    refuse(
        "--max-rows",
        "at least the " + std::to_string(first_rows(evaluation)) + " rows of 8 folds to begin with",
        std::to_string(evaluation.max_rows));
  }
}

void note_estimator(const Settings& given,
                    const std::string& task,
                    const Evaluation& evaluation,
                    std::vector<std::string>& notes) {
  const auto& name = evaluation.estimator;
  const auto before = task.empty() ? std::string() : task + ": ";
  if (name == "auto" && !evaluation.racing)
    notes.push_back(before + "estimator auto: " + auto_rule(evaluation));
  std::string unused;
  const auto note = [&](const char* option, bool is_unused) {
    if (is_unused) unused += std::string(" ") + option;
  };
  note("--mc-samples",
       given.mc_samples && (name == "exact" || name == "chain-rule" || evaluation.racing));
  note("--mc-strata", given.mc_strata && name != "mc");
  note("--max-rows", given.max_rows && name != "exact" && !evaluation.target_error);
  note("--racing-error", given.racing_error && !evaluation.racing);
  note("--prompt-reuse", given.prompt_reuse && !is_balanced(name));
  if (!unused.empty())
    notes.push_back(before + (evaluation.racing ? "racing" : name) + " does not use" + unused);
}

Estimator subset_estimator(const Evaluation& evaluation) {
  if (evaluation.estimator == "exact") return ExactSum{.max_rows = evaluation.max_rows};
  if (evaluation.estimator == "fixed-count") return FixedCount{.rows = evaluation.mc_samples};
  return Balanced{.rows = evaluation.mc_samples,
                  .target_error = evaluation.target_error,
                  .max_rows = evaluation.max_rows,
                  .prompt_reuse = evaluation.prompt_reuse,
                  .exact_over_full_rows = evaluation.estimator == "auto"};
}

void describe_estimator(const Evaluation& evaluation, Json& json) {
  const auto& name = evaluation.estimator;
  if (evaluation.racing) {
    json["racing_error"] = evaluation.racing_error;
    json["racing_rows"] = kRaceRows;
  } else if (name != "exact" && name != "chain-rule") {
    json["mc_samples"] = evaluation.mc_samples;
  }
  if (name == "mc") json["mc_strata"] = std::min(evaluation.mc_strata, evaluation.mc_samples);
  if (name == "auto" && !evaluation.racing) json["estimator_rule"] = auto_rule(evaluation);
  if (name == "exact" || evaluation.target_error) json["max_rows"] = evaluation.max_rows;
  if (evaluation.target_error) json["target_error"] = *evaluation.target_error;
  if (is_balanced(name)) json["prompt_reuse"] = to_text(evaluation.prompt_reuse);
}

}  // namespace smdm
