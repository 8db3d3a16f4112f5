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

void check_refresh(const Settings& asked, const Settings& decided) {
  const auto config = kv_cache_config(decided);
  if (asked.kv_refresh && config.caching == KvCaching::none)
    refuse("--kv-refresh", "--kv-cache prefix or dual beside it", decided.kv_cache.value());
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

/// A gap is as long as what stood in it, and nothing ends it early.
void check_gaps(const Settings& asked, const std::string& task) {
  const auto wanted = "nothing of the kind for " + task + ": a gap is as long as what stood in it";
  if (asked.gen_length) refuse("--gen-length", wanted, std::to_string(*asked.gen_length));
  if (asked.total_length) refuse("--total-length", wanted, std::to_string(*asked.total_length));
  if (!asked.stop.empty()) refuse("--stop", wanted, asked.stop.front());
  if (asked.eos) refuse("--eos", wanted, *asked.eos);
}

/// What texts can be asked for, whatever samples them.
void check_texts(const Settings& asked, const DecisionFor& what) {
  if (asked.gen_length && asked.total_length)
    refuse("--gen-length", "no --total-length beside it", "both");
  if (asked.samples && !what.task.empty()) refuse("--samples", "--prompts", "--task " + what.task);
  for (const auto& stop : asked.stop) {
    if (stop.empty()) refuse("--stop", "a text", "an empty one");
  }
  if (what.gaps) check_gaps(asked, what.task);
  if (asked.chat_template && asked.chat_template_file)
    refuse("--template-file", "no --template beside it", "both");
  if (!what.task.empty()) return;
  if (asked.chat_template) refuse("--template", "--task mt_bench", "--prompts");
  if (asked.chat_template_file) refuse("--template-file", "--task mt_bench", "--prompts");
}

/// The second stage goes on from the text of the first, up to the total length.
void check_two_stages(const Settings& asked, const Settings& decided) {
  constexpr auto kTwo = "--stages 2";
  constexpr auto kWanted = "--stages 1: a second stage goes on behind such an end";
  if (decided.gen_length)
    refuse("--gen-length", "--stages 1, or --total-length: a second stage fills what is left of it",
           kTwo);
  if (!asked.stop.empty()) refuse("--stop", kWanted, kTwo);
  if (asked.eos && *asked.eos != name_of(kAllEosRules, EosRule::ignore))
    refuse("--eos " + *asked.eos, kWanted, kTwo);
}

void check_duel_sampler(const Settings& decided) {
  const auto* reason = why_no_likelihood(policy_config(decided));
  if (reason == nullptr) return;
  refuse("--estimator duel", "a sampler whose positions follow from the logits alone",
         decided.sampler.value() + ": " + reason);
}

/// Refuses what only texts have a use for, among the settings of --requests.
void check_requests(const Settings& asked, const Settings& decided, ModelKind kind) {
  constexpr auto kWanted = "--prompts or --task";
  constexpr auto kCame = "--requests";
  // It changes no number, so that the table does not say who uses it.
  if (asked.samples) refuse("--samples", kWanted, kCame);
  for (const auto& setting : all_settings()) {
    const bool of_texts = is_used(setting, Work::generation, ModelKind::mdm) ||
                          is_used(setting, Work::generation, ModelKind::arm);
    const bool used =
        is_used(setting, Work::likelihood, kind) && (!is_of_samplers(setting) || is_duel(decided));
    if (of_texts && !used && is_given(setting, asked))
      refuse("--" + name_of(setting), kWanted, kCame);
  }
}

/// Whether two answers to one prompt may differ.
bool has_chance(const Settings& decided, ModelKind kind) {
  if (decided.temperature.value() > 0.0) return true;
  return kind == ModelKind::mdm && draws_positions(policy_config(decided));
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

KvCacheConfig kv_cache_config(const Settings& decided) {
  return {.caching = value_named(kAllKvCachings, decided.kv_cache.value()),
          .refresh = decided.kv_refresh.value_or(KvCacheConfig{}.refresh)};
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
  if (what.work == Work::generation) check_texts(asked, what);
  if (what.work == Work::likelihood && what.task.empty()) check_requests(asked, decided, kind);
  if (!uses_sampler(decided, what, kind)) return;
  if (what.work == Work::generation) check_refresh(asked, decided);
  check_uses(asked, decided, what.work);
  if (what.two_stages && decided.stages == 2) check_two_stages(asked, decided);
  if (what.work == Work::generation) check_blocks(decided);
  if (what.work == Work::likelihood) check_duel_sampler(decided);
}

void note_generation(const Settings& asked,
                     const Settings& decided,
                     const DecisionFor& what,
                     ModelKind kind,
                     std::vector<std::string>& notes) {
  if (what.work != Work::generation) return;
  const bool has_template = asked.chat_template || asked.chat_template_file;
  if (has_template && !what.dialogue)
    notes.push_back(before_note(what.task) + "no turns for a chat template to stand around");
  if (asked.samples.value_or(1) == 1 || has_chance(decided, kind)) return;
  notes.emplace_back(
      "nothing is drawn at --temperature 0: all answers to a prompt will be the same");
}

}  // namespace smdm
