// The published settings, benchmark by benchmark, as a user would have to type them.
#include "harness/settings/presets.hpp"

#include <algorithm>
#include <array>

#include "evaluators/generation/unmask.hpp"
#include "evaluators/likelihood/likelihood.hpp"

namespace smdm {
namespace {

Settings chain_rule(double cfg, bool greedy = false) {
  Settings settings;
  settings.estimator = ChainRule::kName;
  settings.cfg = cfg;
  settings.greedy = greedy;
  return settings;
}

Settings monte_carlo(double cfg) {
  Settings settings;
  settings.estimator = MonteCarlo::kName;
  settings.mc_samples = 1024;
  settings.mc_strata = 16;
  settings.cfg = cfg;
  return settings;
}

Settings two_stages() {
  Settings settings;
  settings.sampler = name_of(kAllSamplers, Sampler::confidence);
  settings.steps = 256;
  settings.total_length = 256;
  settings.stages = 2;
  settings.cfg = 0.1;
  settings.temperature = 0.1;
  return settings;
}

/// The published command for answers to MT-Bench; temperature and template are in its code.
Settings dialogue() {
  constexpr std::int64_t kSteps = 128;
  constexpr std::int64_t kTokens = 1024;
  Settings settings;
  settings.sampler = name_of(kAllSamplers, Sampler::ancestral);
  settings.steps = kSteps;
  settings.total_length = kTokens;
  settings.cfg = 0.6;
  settings.temperature = 1.0;
  settings.chat_template = "vicuna_v1.1";
  return settings;
}

bool is_reverse_curse(const std::string& task) {
  return task.starts_with("reverse_curse_");
}

/// Prompt and answer are one sentence.
Settings one_sentence() {
  Settings settings;
  settings.steps = 32;
  settings.total_length = 52;
  return settings;
}

Settings guided_sentence() {
  Settings settings = one_sentence();
  settings.sampler = name_of(kAllSamplers, Sampler::confidence);
  settings.cfg = 0.8;
  settings.temperature = 0.0;
  return settings;
}

/// The published command; the paper's text gives no number of samples.
Settings training_loss_of_stream() {
  Settings settings;
  settings.mc_samples = 128;
  settings.packing = name_of(kAllTextPackings, TextPacking::stream);
  return settings;
}

/// A uniform number of hidden tokens, 128 rows: what the formulas of LLaDA and Dream mean.
Settings fixed_count_128(double cfg) {
  constexpr std::int64_t kRows = 128;
  Settings settings;
  settings.estimator = FixedCount::kName;
  settings.mc_samples = kRows;
  settings.cfg = cfg;
  return settings;
}

/// An answer of so many tokens, each of which has a step of its own.
Settings one_step_each(Sampler sampler, std::int64_t tokens) {
  Settings settings;
  settings.sampler = name_of(kAllSamplers, sampler);
  settings.gen_length = tokens;
  settings.steps = tokens;
  settings.cfg = 0.0;
  settings.temperature = 0.0;
  settings.stages = 1;
  return settings;
}

/// The whole answer is one block.
Settings llada_answer() {
  constexpr std::int64_t kTokens = 1024;
  auto settings = one_step_each(Sampler::llada, kTokens);
  settings.block_length = kTokens;
  return settings;
}

Settings dream_answer() {
  constexpr std::int64_t kTokens = 256;
  auto settings = one_step_each(Sampler::dream, kTokens);
  settings.algorithm = name_of(kAllDreamAlgorithms, DreamAlgorithm::entropy);
  settings.top_p = 0.95;
  return settings;
}

std::optional<Settings> smdm_preset(const std::string& task) {
  if (task == "lambada_standard") return chain_rule(1.1, /*greedy=*/true);
  if (task == "openbookqa" || task == "boolq") return chain_rule(1.6);
  if (task == "piqa") return chain_rule(0.6);
  if (task == "arc_easy" || task == "social_iqa") return monte_carlo(0.6);
  if (task == "race" || task == "hellaswag") return monte_carlo(0.7);
  if (task == "gsm8k") return two_stages();
  if (task == "mt_bench") return dialogue();
  if (is_reverse_curse(task)) return guided_sentence();
  if (task == "temporal_shift") return training_loss_of_stream();
  return std::nullopt;
}

std::optional<Settings> llada_preset(const std::string& task) {
  constexpr double kGuidance = 0.5;
  if (task == "arc_challenge" || task == "hellaswag" || task == "piqa")
    return fixed_count_128(kGuidance);
  if (task == "gsm8k") return llada_answer();
  return std::nullopt;
}

/// EOS stands behind every target; BOS in front is the family's.
std::optional<Settings> dream_preset(const std::string& task) {
  if (task == "gsm8k") return dream_answer();
  constexpr std::array kTasks = {"arc_easy", "arc_challenge", "hellaswag", "piqa", "race"};
  if (std::ranges::find(kTasks, task) == kTasks.end()) return std::nullopt;
  auto settings = fixed_count_128(/*cfg=*/0.0);
  settings.suffix = kEosSuffix;
  return settings;
}

}  // namespace

std::optional<Settings> preset_settings(Preset preset, const std::string& task) {
  switch (preset) {
    case Preset::smdm:
      return smdm_preset(task);
    case Preset::llada:
      return llada_preset(task);
    case Preset::dream:
      return dream_preset(task);
  }
  return std::nullopt;
}

Settings task_defaults(const std::string& task) {
  if (is_reverse_curse(task)) return one_sentence();
  Settings settings;
  constexpr std::int64_t kCorpusSamples = 32;
  if (task == "temporal_shift") settings.mc_samples = kCorpusSamples;
  return settings;
}

}  // namespace smdm
