// An estimator is taken from its list by name and given the budget of the settings; combinations
// that contradict each other are refused by the name of the option.
#include "harness/settings/estimators.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/text/numbers.hpp"
#include "evaluators/likelihood/all_estimators.hpp"
#include "evaluators/subsets/draws.hpp"
#include "harness/settings/choices.hpp"
#include "harness/settings/generation.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

/// The number that --orders says; nothing for a pilot.
std::optional<std::int64_t> order_count(const std::string& said) {
  if (said == kPilot) return std::nullopt;
  std::int64_t count = 0;
  const char* end = said.data() + said.size();
  const auto [read, fault] = std::from_chars(said.data(), end, count);
  if (fault == std::errc() && read == end && count >= 4 && count % 2 == 0) return count;
  refuse("--orders", "pilot or an even number from 4 on", said);
}

/// Gives an estimator the budget of the settings.
struct Budget {
  const Settings& decided;

  void operator()(MonteCarlo& mc) const {
    mc.samples = decided.mc_samples.value();
    mc.strata = decided.mc_strata.value();
  }
  void operator()(ChainRule& /*config*/) const {}
  void operator()(TeacherForcing& /*config*/) const {}
  void operator()(ExactSum& exact) const { exact.max_rows = decided.max_rows.value(); }
  void operator()(FixedCount& fixed) const { fixed.rows = decided.mc_samples.value(); }
  void operator()(Orders& orders) const {
    orders.orders = order_count(decided.orders.value());
    orders.max_rows = decided.max_rows.value();
  }
  void operator()(Duel& duel) const { duel = duel_config(decided); }
  void operator()(RankingScore& /*config*/) const {}
  void operator()(Balanced& balanced) const {
    balanced.rows = decided.mc_samples.value();
    balanced.target_error = decided.target_error;
    balanced.max_rows = decided.max_rows.value();
    balanced.prompt_reuse = value_named(kAllPromptReuses, decided.prompt_reuse.value());
  }
};

void check_most_rows(const Balanced& balanced) {
  const auto first = first_rows(balanced);
  if (!balanced.target_error || balanced.max_rows >= first) return;
  refuse("--max-rows", "at least the " + std::to_string(first) + " rows of 8 folds to begin with",
         std::to_string(balanced.max_rows));
}

void check_rounds(const MonteCarlo& mc) {
  if (mc.samples % std::min(mc.samples, mc.strata) == 0) return;
  refuse("--mc-samples", "a multiple of --mc-strata " + std::to_string(mc.strata),
         std::to_string(mc.samples));
}

}  // namespace

Estimator estimator_of(const Settings& decided) {
  auto estimator = value_named(kAllEstimators, decided.estimator.value());
  std::visit(Budget{decided}, estimator);
  return estimator;
}

void check_estimator(const Settings& decided) {
  const auto estimator = estimator_of(decided);
  const auto* balanced = std::get_if<Balanced>(&estimator);
  if (decided.orders && !std::holds_alternative<Orders>(estimator))
    refuse("--orders", "--estimator orders beside it", decided.estimator.value());
  const auto wanted = "--estimator auto or balanced beside it";
  if (decided.racing && balanced == nullptr) refuse("--racing", wanted, decided.estimator.value());
  if (decided.target_error && balanced == nullptr)
    refuse("--target-error", wanted, decided.estimator.value());
  if (decided.target_error && decided.racing)
    refuse("--target-error", "no --racing beside it", "both");
  if (balanced != nullptr) check_most_rows(*balanced);
  if (const auto* mc = std::get_if<MonteCarlo>(&estimator)) check_rounds(*mc);
}

std::optional<std::int64_t> estimator_version(const Settings& decided) {
  const auto estimator = estimator_of(decided);
  if (!std::holds_alternative<Balanced>(estimator)) return std::nullopt;
  return Balanced::kVersion;
}

bool follows_auto_rule(const Settings& decided) {
  const auto estimator = estimator_of(decided);
  const auto* balanced = std::get_if<Balanced>(&estimator);
  return balanced != nullptr && balanced->exact_over_full_rows && !decided.racing;
}

std::string auto_rule(const Settings& decided) {
  const auto balanced = std::get<Balanced>(estimator_of(decided));
  const auto first = first_rows(balanced);
  const auto rows = std::to_string(first);
  std::string rule = "exact where 2^L - 1 <= " + rows;
  if (subset_count(kMaxEnumerated + 1) <= first)
    rule += " and L <= " + std::to_string(kMaxEnumerated);
  rule += " for a target of L tokens, else balanced with " + rows + " rows";
  if (!balanced.target_error) return rule;
  return rule + ", and more until the standard error is below " +
         short_text(*balanced.target_error) + " nats, at most " + std::to_string(balanced.max_rows);
}

}  // namespace smdm
