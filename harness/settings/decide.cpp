#include "harness/settings/decide.hpp"

#include <cmath>
#include <sstream>
#include <utility>

#include "base/error.hpp"
#include "harness/settings/estimators.hpp"
#include "harness/settings/presets.hpp"
#include "harness/settings/refuse.hpp"
#include "models/checkpoint.hpp"

namespace smdm {
namespace {

/// Shows the settings that presets, checkpoints and tasks may decide to `visit`, two by two.
template <typename Other, typename Visit>
void for_each_decided(Settings& settings, Other& other, const Visit& visit) {
  visit(settings.estimator, other.estimator);
  visit(settings.mc_samples, other.mc_samples);
  visit(settings.mc_strata, other.mc_strata);
  visit(settings.max_rows, other.max_rows);
  visit(settings.target_error, other.target_error);
  visit(settings.racing_error, other.racing_error);
  visit(settings.prompt_reuse, other.prompt_reuse);
  visit(settings.cfg, other.cfg);
  visit(settings.cfg_second, other.cfg_second);
  visit(settings.sampler, other.sampler);
  visit(settings.steps, other.steps);
  visit(settings.total_length, other.total_length);
  visit(settings.temperature, other.temperature);
  visit(settings.stages, other.stages);
  visit(settings.packing, other.packing);
}

/// `below` without what `above` has decided. A second stage that nobody mentions has the guidance
/// of the first, and a budget is that of its estimator.
Settings undecided(Settings below, const Settings& above) {
  if (above.cfg) below.cfg_second.reset();
  if (above.estimator && below.estimator && above.estimator != below.estimator) {
    below.mc_samples.reset();
    below.mc_strata.reset();
  }
  const bool other =
      above.estimator && *above.estimator != "auto" && *above.estimator != "balanced";
  if (above.racing || other) below.target_error.reset();
  for_each_decided(below, above, [](auto& value, const auto& decided) {
    if (decided) value.reset();
  });
  return below;
}

/// Takes from `below` what `settings` does not say.
void fill(Settings& settings, const Settings& below) {
  const auto rest = undecided(below, settings);
  for_each_decided(settings, rest, [](auto& value, const auto& other) {
    if (other) value = other;
  });
  settings.greedy = settings.greedy || below.greedy;
  settings.racing = settings.racing || below.racing;
}

void at_least(const std::string& option, std::int64_t lowest, std::int64_t value) {
  if (value < lowest) refuse(option, "at least " + std::to_string(lowest), std::to_string(value));
}

void finite_from_zero(const std::string& option, double value) {
  if (!std::isfinite(value) || value < 0.0) refuse(option, "a number >= 0", std::to_string(value));
}

void check(const Evaluation& evaluation) {
  at_least("--mc-samples", 1, evaluation.mc_samples);
  at_least("--mc-strata", 1, evaluation.mc_strata);
  at_least("--max-rows", 1, evaluation.max_rows);
  const auto round = std::min(evaluation.mc_samples, evaluation.mc_strata);
  if (evaluation.estimator == "mc" && evaluation.mc_samples % round != 0) {
    refuse("--mc-samples", "a multiple of --mc-strata " + std::to_string(evaluation.mc_strata),
           std::to_string(evaluation.mc_samples));
  }
  finite_from_zero("--cfg", evaluation.cfg);
  finite_from_zero("--cfg-second", evaluation.cfg_second);
  finite_from_zero("--temperature", evaluation.temperature);
  at_least("--steps", 1, evaluation.steps);
  at_least("--total-length", 1, evaluation.total_length);
  if (evaluation.stages < 1 || evaluation.stages > 2)
    refuse("--stages", "1 or 2", std::to_string(evaluation.stages));
  if (evaluation.seed >> 32 != 0)
    refuse("--seed", "less than 2^32", std::to_string(evaluation.seed));
}

std::string list_of(const Settings& preset) {
  std::ostringstream text;
  for_each_field(preset, [&](const Field& field, const auto& value) {
    const auto name = "--" + field.name();
    using T = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<T, bool>) {
      if (value) text << " " << name;
    } else if constexpr (!std::is_same_v<T, std::vector<std::string>>) {
      if (value) text << " " << name << " " << *value;
    }
  });
  return text.str();
}

/// Takes out of `settings` what an autoregressive model uses too.
Settings without_diffusion(Settings& settings) {
  Settings kept;
  std::swap(kept.total_length, settings.total_length);
  std::swap(kept.greedy, settings.greedy);
  std::swap(kept.packing, settings.packing);
  return kept;
}

/// What the checkpoint asks for itself where `above` has not decided, with a printed line about it.
Settings own_defaults(Settings defaults,
                      const Settings& above,
                      const std::string& task,
                      Work work,
                      ModelKind kind,
                      std::vector<std::string>& notes) {
  defaults = undecided(std::move(defaults), above);
  if (work == Work::generation) {
    defaults.estimator.reset();
    defaults.mc_samples.reset();
    defaults.mc_strata.reset();
    defaults.max_rows.reset();
    defaults.target_error.reset();
    defaults.racing = false;
    defaults.racing_error.reset();
    defaults.prompt_reuse.reset();
  } else {
    defaults.sampler.reset();
    defaults.steps.reset();
    defaults.total_length.reset();
    defaults.temperature.reset();
    defaults.stages.reset();
    defaults.cfg_second.reset();
  }
  if (work == Work::corpus) {
    defaults.estimator.reset();
    defaults.mc_strata.reset();
    defaults.cfg.reset();
  }
  if (kind == ModelKind::arm) defaults = without_diffusion(defaults);
  const auto list = list_of(defaults);
  if (!list.empty()) notes.push_back("defaults of the checkpoint, " + task + ":" + list);
  return defaults;
}

/// The preset for a task, with a printed line about it. An autoregressive model takes nothing from
/// it: estimator, guidance, steps and noise are those of diffusion.
Settings preset_of(const Settings& settings,
                   const std::string& task,
                   Work work,
                   ModelKind kind,
                   std::vector<std::string>& notes) {
  if (!settings.preset) return {};
  auto preset = smdm_preset(task);
  const bool for_generation = preset && preset->steps;
  if (for_generation != (work == Work::generation)) preset.reset();
  const auto where = "preset " + *settings.preset + (task.empty() ? "" : ", " + task) + ":";
  if (!preset) {
    notes.push_back(where + " the paper has no settings for it; defaults are used");
    return {};
  }
  if (kind == ModelKind::arm) {
    auto skipped = *preset;
    const auto kept = without_diffusion(skipped);
    notes.push_back(where +
                    " an autoregressive model is scored exactly and decodes greedily; skipped" +
                    list_of(skipped));
    return kept;
  }
  notes.push_back(where + list_of(*preset));
  return *preset;
}

struct OptionUse {
  const char* name;
  bool given;
};

std::vector<OptionUse> likelihood_options(const Settings& settings) {
  return {{.name = "--estimator", .given = settings.estimator.has_value()},
          {.name = "--mc-samples", .given = settings.mc_samples.has_value()},
          {.name = "--mc-strata", .given = settings.mc_strata.has_value()},
          {.name = "--max-rows", .given = settings.max_rows.has_value()},
          {.name = "--target-error", .given = settings.target_error.has_value()},
          {.name = "--racing", .given = settings.racing},
          {.name = "--racing-error", .given = settings.racing_error.has_value()},
          {.name = "--prompt-reuse", .given = settings.prompt_reuse.has_value()}};
}

std::vector<OptionUse> diffusion_options(const Settings& settings) {
  return {{.name = "--steps", .given = settings.steps.has_value()},
          {.name = "--stages", .given = settings.stages.has_value()},
          {.name = "--sampler", .given = settings.sampler.has_value()}};
}

/// Says which of the options were given for nothing, if any were.
void note_unused(const std::string& who,
                 const std::vector<OptionUse>& options,
                 std::vector<std::string>& notes) {
  std::string unused;
  for (const auto& option : options) {
    if (option.given) unused.append(" ").append(option.name);
  }
  if (!unused.empty()) notes.push_back(who + " does not use" + unused);
}

void check_autoregressive(const Settings& settings, Work work, std::vector<std::string>& notes) {
  for (const auto& [name, cfg] :
       {std::pair("--cfg", settings.cfg), std::pair("--cfg-second", settings.cfg_second)}) {
    if (cfg && *cfg != 0.0) refuse(name, "0 for an autoregressive model", std::to_string(*cfg));
  }
  note_unused("an autoregressive model",
              work == Work::generation ? diffusion_options(settings) : likelihood_options(settings),
              notes);
}

/// A corpus's perplexity has an estimator of its own, without strata, guidance or verdict.
void set_corpus_defaults(const Settings& settings,
                         const std::string& task,
                         ModelKind kind,
                         Evaluation& decided,
                         std::vector<std::string>& notes) {
  decided.estimator = kTrainingLoss;
  decided.mc_strata = 1;
  decided.cfg = 0.0;
  decided.cfg_second = 0.0;
  decided.greedy = false;
  if (kind == ModelKind::arm) return;
  auto others = settings;
  others.mc_samples.reset();
  auto unused = likelihood_options(others);
  unused.push_back({.name = "--cfg", .given = settings.cfg.value_or(0.0) != 0.0});
  note_unused(task + ": perplexity", unused, notes);
}

/// Options of likelihoods say nothing to a generation.
void note_generation(const Settings& given,
                     const std::string& task,
                     std::vector<std::string>& notes) {
  const auto before = task.empty() ? std::string() : task + ": ";
  note_unused(before + "generation", likelihood_options(given), notes);
}

PackingLimits packing(const Settings& settings) {
  return packing_limits(settings.device.value_or("auto"), settings.batch_size);
}

const char* sampler_name(const Evaluation& evaluation, bool arm) {
  if (arm) return "autoregressive";
  return evaluation.sampler == Sampler::confidence ? "confidence" : "ancestral";
}

void describe_generation(const Evaluation& evaluation, bool arm, Json& json) {
  json["sampler"] = sampler_name(evaluation, arm);
  if (!arm) json["steps"] = evaluation.steps;
  json["total_length"] = evaluation.total_length;
  json["temperature"] = evaluation.temperature;
  if (!arm && evaluation.stages == 2) json["cfg_second"] = evaluation.cfg_second;
}

void describe_scoring(const Evaluation& evaluation, Work work, bool arm, Json& json) {
  json["estimator"] = arm ? "exact" : evaluation.estimator;
  if (work == Work::corpus) {
    if (!arm) json["mc_samples"] = evaluation.mc_samples;
    json["packing"] = to_string(evaluation.packing);
  } else {
    if (!arm) describe_estimator(evaluation, json);
    json["greedy"] = evaluation.greedy;
  }
}

Evaluation decide_values(const Settings& settings,
                         const std::string& task,
                         Work work,
                         ModelKind kind,
                         std::vector<std::string>& notes,
                         const Settings& checkpoint_defaults) {
  if (settings.batch_size) at_least("--batch-size", 1, *settings.batch_size);
  const auto preset = preset_of(settings, task, work, kind, notes);
  if (kind == ModelKind::arm) check_autoregressive(settings, work, notes);
  auto all = settings;
  fill(all, preset);
  // Who asks for a race or a target error has chosen among the estimators that know them.
  if ((all.racing || all.target_error) && !all.estimator) all.estimator = "auto";
  fill(all, own_defaults(checkpoint_defaults, all, task, work, kind, notes));
  fill(all, task_defaults(task));
  constexpr std::int64_t kTaskSteps = 256;
  constexpr std::int64_t kPromptSteps = 64;
  Evaluation decided;
  decide_estimator(all, decided);
  decided.cfg = all.cfg.value_or(decided.cfg);
  decided.cfg_second = all.cfg_second.value_or(decided.cfg);
  decided.greedy = all.greedy;
  decided.sampler =
      all.sampler.value_or("confidence") == "ancestral" ? Sampler::ancestral : Sampler::confidence;
  decided.steps = all.steps.value_or(task.empty() ? kPromptSteps : kTaskSteps);
  decided.total_length = all.total_length.value_or(decided.total_length);
  decided.temperature = all.temperature.value_or(decided.temperature);
  decided.stages = all.stages.value_or(decided.stages);
  decided.seed = all.seed.value_or(0);
  decided.packing =
      all.packing.value_or("document") == "stream" ? TextPacking::stream : TextPacking::document;
  if (work == Work::corpus) set_corpus_defaults(settings, task, kind, decided, notes);
  if (work == Work::likelihood && kind == ModelKind::mdm) {
    check_estimator(decided);
    note_estimator(settings, task, decided, notes);
  }
  if (work == Work::generation) note_generation(settings, task, notes);
  if (settings.cfg_second && decided.stages == 1)
    notes.push_back(task + ": one stage does not use --cfg-second");
  check(decided);
  return decided;
}

LikelihoodConfig likelihood_config(const Evaluation& evaluation,
                                   ModelKind kind,
                                   const Settings& settings) {
  LikelihoodConfig config;
  const bool corpus = evaluation.estimator == kTrainingLoss;
  if (kind == ModelKind::arm) {
    config.estimator = TeacherForcing{.one_bfloat16 = !corpus};
  } else if (corpus) {
    config.estimator = training_loss(evaluation.mc_samples);
  } else if (evaluation.estimator == "chain-rule") {
    config.estimator = ChainRule{};
  } else if (evaluation.estimator == "mc") {
    config.estimator = MonteCarlo{.samples = evaluation.mc_samples, .strata = evaluation.mc_strata};
  } else {
    config.estimator = subset_estimator(evaluation);
  }
  config.cfg = evaluation.cfg;
  config.seed = evaluation.seed;
  config.greedy = evaluation.greedy;
  config.packing = packing(settings);
  return config;
}

UnmaskingConfig unmasking_config(const Evaluation& evaluation, const Settings& settings) {
  return {.sampler = evaluation.sampler,
          .steps = evaluation.steps,
          .total_length = evaluation.total_length,
          .temperature = evaluation.temperature,
          .cfg = evaluation.cfg,
          .seed = evaluation.seed,
          .packing = packing(settings)};
}

DecodingConfig decoding_config(const Evaluation& evaluation, const Settings& settings) {
  return {.total_length = evaluation.total_length,
          .temperature = evaluation.temperature,
          .eos_id = {},
          .seed = evaluation.seed,
          .packing = packing(settings)};
}

Json describe(const Evaluation& evaluation, Work work, ModelKind kind) {
  const bool arm = kind == ModelKind::arm;
  Json json = {{"seed", evaluation.seed}};
  if (work == Work::generation) {
    describe_generation(evaluation, arm, json);
  } else {
    describe_scoring(evaluation, work, arm, json);
  }
  json["cfg"] = evaluation.cfg;
  json["cfg_convention"] = kGuidanceConvention;
  return json;
}

CheckpointOptions checkpoint_options(const Settings& settings) {
  CheckpointOptions options;
  options.model = settings.model.value();
  options.model_size = settings.model_size;
  if (settings.backend)
    options.backend = *settings.backend == "mdm" ? ModelKind::mdm : ModelKind::arm;
  if (settings.rope_tables)
    options.rope_tables = *settings.rope_tables == "f32" ? RopeTables::f32 : RopeTables::bf16;
  if (settings.tokenizer) options.tokenizer = *settings.tokenizer;
  return options;
}

Decided decided_likelihood(const Evaluation& values, ModelKind kind, const Settings& settings) {
  Decided decided;
  LikelihoodSettings work{.config = likelihood_config(values, kind, settings), .racing = {}};
  if (values.racing && kind == ModelKind::mdm)
    work.racing = {.error = values.racing_error, .prompt_reuse = values.prompt_reuse};
  decided.work = work;
  return decided;
}

Decided decided_generation(const Evaluation& values,
                           bool two_stages,
                           ModelKind kind,
                           const Settings& settings) {
  Decided decided;
  GenerationSettings work;
  if (kind == ModelKind::arm) {
    work.generator = decoding_config(values, settings);
  } else {
    work.generator = unmasking_config(values, settings);
    if (two_stages && values.stages == 2) work.second_cfg = values.cfg_second;
  }
  decided.work = work;
  return decided;
}

Decided decided_corpus(const Evaluation& values, ModelKind kind, const Settings& settings) {
  Decided decided;
  decided.work = CorpusSettings{.config = likelihood_config(values, kind, settings),
                                .packing = values.packing};
  return decided;
}

}  // namespace

const char* to_string(TextPacking packing) noexcept {
  return packing == TextPacking::stream ? "stream" : "document";
}

ModelSettings model_settings(const Settings& settings) {
  if (!settings.model)
    throw Error(ErrorKind::usage,
                "wanted --model: a folder, or NAME.safetensors with NAME.config.json beside it");
  if (settings.threads && *settings.threads < 1)
    refuse("--threads", "at least 1", std::to_string(*settings.threads));
  return {
      .checkpoint = checkpoint_options(settings),
      .compute = settings.dtype.value_or("f32") == "bf16" ? ComputeType::bf16 : ComputeType::f32,
      .device = settings.device.value_or("auto"),
      .threads = settings.threads};
}

PackingLimits packing_limits(const std::string& device, std::optional<std::int64_t> rows) {
  PackingLimits limits;
  if (find_device(device).is_cuda())
    limits = {.rows_per_forward = 512, .tokens_per_forward = 32768};
  if (rows) limits.rows_per_forward = *rows;
  return limits;
}

Decided decide(const Settings& settings,
               const DecisionFor& what,
               ModelKind kind,
               std::vector<std::string>& notes,
               const Settings& checkpoint_defaults) {
  auto asked = settings;
  asked.greedy = settings.greedy || what.cloze;
  if (settings.racing && what.cloze) {
    asked.racing = false;
    notes.push_back(what.task + ": no choices to race; estimated without");
  }
  const auto values = decide_values(asked, what.task, what.work, kind, notes, checkpoint_defaults);
  Decided decided;
  if (what.work == Work::likelihood) decided = decided_likelihood(values, kind, asked);
  if (what.work == Work::generation)
    decided = decided_generation(values, what.two_stages, kind, asked);
  if (what.work == Work::corpus) decided = decided_corpus(values, kind, asked);
  decided.seed = values.seed;
  decided.recorded = describe(values, what.work, kind);
  if (!what.two_stages && !what.task.empty()) decided.recorded.erase("cfg_second");
  return decided;
}

}  // namespace smdm
