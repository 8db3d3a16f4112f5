// Settings of samplers become the configs of evaluators here. An option that the chosen sampler has
// no use for is refused by name, because a number that changes nothing is more often a mistake than
// a wish.
#include "harness/settings/generation.hpp"

#include <string>

#include "evaluators/likelihood/all_estimators.hpp"
#include "harness/settings/refuse.hpp"
#include "harness/settings/table.hpp"
#include "harness/settings/unused.hpp"

namespace smdm {
namespace {

bool is_duel(const Settings& decided) {
  return decided.estimator && *decided.estimator == Duel::kName;
}

/// Samplers are one thing that generations and DUEL's likelihoods share.
bool uses_sampler(const Settings& decided, const DecisionFor& what, ModelKind kind) {
  return kind == ModelKind::mdm &&
         (what.work == Work::generation || (what.work == Work::likelihood && is_duel(decided)));
}

void check_uses(const Settings& asked, const Settings& decided, Work work) {
  for (const auto& setting : all_settings()) {
    if (!is_of_samplers(setting) || !is_given(setting, asked)) continue;
    if (is_used(setting, work, ModelKind::mdm) && setting.use.where(decided)) continue;
    const auto who = work == Work::likelihood ? std::string(Duel::kName) + " with " : "";
    refuse("--" + name_of(setting), "a sampler that uses it", who + decided.sampler.value());
  }
}

/// LLaDA's plan is that of blocks of one size with as many steps each.
void check_blocks(const Settings& decided) {
  if (decided.sampler != name_of(kAllSamplers, Sampler::llada) || !decided.gen_length) return;
  const auto length = *decided.gen_length;
  const auto block = decided.block_length.value_or(length);
  if (length % block != 0)
    refuse("--block-length", "a divisor of --gen-length " + std::to_string(length),
           std::to_string(block));
  const auto blocks = length / block;
  if (decided.steps.value() % blocks != 0)
    refuse("--steps", "a multiple of the " + std::to_string(blocks) + " blocks",
           std::to_string(decided.steps.value()));
}

void check_duel_sampler(const Settings& decided) {
  const auto* reason = why_no_likelihood(policy_config(decided));
  if (reason == nullptr) return;
  refuse("--estimator duel", "a sampler whose positions follow from the logits alone",
         decided.sampler.value() + ": " + reason);
}

}  // namespace

PolicyConfig policy_config(const Settings& decided) {
  const PolicyConfig usual;
  return {
      .sampler = value_named(kAllSamplers, decided.sampler.value()),
      .steps = decided.steps.value_or(is_duel(decided) ? 0 : usual.steps),
      .block_length = decided.block_length.value_or(usual.block_length),
      .threshold = decided.threshold.value_or(usual.threshold),
      .factor = decided.factor.value_or(usual.factor),
      .entropy_bound = decided.entropy_bound.value_or(usual.entropy_bound),
      .remasking = value_named(kAllRemaskings, decided.remasking.value()),
      .algorithm = value_named(kAllDreamAlgorithms, decided.algorithm.value()),
      .algorithm_temperature = decided.algorithm_temperature.value_or(usual.algorithm_temperature),
      .takes_last_candidate = decided.parity};
}

TokenRule token_rule(const Settings& decided) {
  return {.temperature = decided.temperature.value(),
          .top_p = decided.top_p.value_or(1.0),
          .top_k = decided.top_k.value_or(0),
          .keeps_mask = decided.parity};
}

Duel duel_config(const Settings& decided) {
  return {.policy = policy_config(decided), .tokens = token_rule(decided)};
}

EndSettings end_settings(const Settings& asked, const Settings& decided) {
  EndSettings ends{.stop = decided.stop,
                   .bars_eos = decided.logits_eos_inf,
                   .unranks_eos = decided.confidence_eos_eot_inf,
                   .as_published = decided.parity};
  if (asked.eos && *asked.eos != name_of(kAllEosRules, EosRule::ignore)) ends.needed_by = "--eos";
  if (ends.bars_eos) ends.needed_by = "--logits-eos-inf";
  if (ends.unranks_eos) ends.needed_by = "--confidence-eos-eot-inf";
  return ends;
}

void check_generation(const Settings& asked,
                      const Settings& decided,
                      const DecisionFor& what,
                      ModelKind kind) {
  if (what.work == Work::generation) {
    if (asked.gen_length && asked.total_length)
      refuse("--gen-length", "no --total-length beside it", "both");
    if (what.gaps && (asked.gen_length || asked.total_length))
      refuse(asked.gen_length ? "--gen-length" : "--total-length",
             "no length: a gap is as long as what stood in it", "one for " + what.task);
    if (asked.samples && !what.task.empty())
      refuse("--samples", "--prompts", "--task " + what.task);
    for (const auto& stop : asked.stop) {
      if (stop.empty()) refuse("--stop", "a text", "an empty one");
    }
  }
  if (!uses_sampler(decided, what, kind)) return;
  check_uses(asked, decided, what.work);
  if (what.two_stages && decided.stages == 2 && decided.gen_length)
    refuse("--gen-length", "--stages 1, or --total-length: a second stage fills what is left of it",
           "--stages 2");
  if (what.work == Work::generation) check_blocks(decided);
  if (what.work == Work::likelihood) check_duel_sampler(decided);
}

}  // namespace smdm
