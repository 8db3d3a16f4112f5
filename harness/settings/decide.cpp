// Settings are completed by layers.hpp; here they become the configs that evaluators take. Below,
// nothing is optional any more, and nothing asks where a value came from.
#include "harness/settings/decide.hpp"

#include <utility>

#include "base/error.hpp"
#include "harness/settings/estimators.hpp"
#include "harness/settings/generation.hpp"
#include "harness/settings/layers.hpp"
#include "harness/settings/recorded.hpp"
#include "harness/settings/unused.hpp"
#include "models/checkpoint.hpp"

namespace smdm {
namespace {

std::string device_of(const Settings& settings) {
  return settings.device.value_or("auto");
}

PackingLimits packing(const Settings& settings) {
  return packing_limits(device_of(settings), settings.batch_size);
}

LikelihoodConfig likelihood_config(const Settings& decided,
                                   const DecisionFor& what,
                                   ModelKind kind) {
  LikelihoodConfig config;
  const bool corpus = what.work == Work::corpus;
  if (kind == ModelKind::arm) {
    config.estimator = TeacherForcing{.one_bfloat16 = !corpus};
  } else if (corpus) {
    config.estimator = training_loss(decided.mc_samples.value());
  } else {
    config.estimator = estimator_of(decided);
  }
  config.cfg = decided.cfg.value();
  config.seed = decided.seed.value();
  config.greedy = decided.greedy;
  config.packing = packing(decided);
  return config;
}

LikelihoodSettings likelihood_settings(const Settings& decided,
                                       const DecisionFor& what,
                                       ModelKind kind) {
  LikelihoodSettings work{.config = likelihood_config(decided, what, kind), .racing = {}};
  // An autoregressive model has no use for one, and none is decided for it.
  work.suffix = decided.suffix.value_or(kNoSuffix);
  if (decided.racing) {
    work.racing = {.error = decided.racing_error.value(),
                   .prompt_reuse = value_named(kAllPromptReuses, decided.prompt_reuse.value())};
  }
  return work;
}

UnmaskingConfig unmasking_config(const Settings& decided) {
  const auto tokens = token_rule(decided);
  UnmaskingConfig config{.policy = policy_config(decided),
                         .temperature = tokens.temperature,
                         .cfg = decided.cfg.value(),
                         .seed = decided.seed.value(),
                         .gen_length = decided.gen_length,
                         .top_p = tokens.top_p,
                         .top_k = tokens.top_k,
                         .keeps_mask = tokens.keeps_mask,
                         .kv_cache = kv_cache_config(decided),
                         .packing = packing(decided)};
  if (decided.total_length) config.total_length = *decided.total_length;
  config.ending.eos = value_named(kAllEosRules, decided.eos.value());
  return config;
}

DecodingConfig decoding_config(const Settings& decided) {
  DecodingConfig config{.temperature = decided.temperature.value(),
                        .eos_ids = {},
                        .seed = decided.seed.value(),
                        .gen_length = decided.gen_length,
                        .packing = packing(decided)};
  if (decided.total_length) config.total_length = *decided.total_length;
  return config;
}

ChatTemplate chat_of(const Settings& decided) {
  if (decided.chat_template_file) return read_chat_template(*decided.chat_template_file);
  return chat_template_named(decided.chat_template.value());
}

GenerationSettings generation_settings(const Settings& asked,
                                       const Settings& decided,
                                       const DecisionFor& what,
                                       ModelKind kind) {
  GenerationSettings work;
  work.ends = end_settings(asked, decided);
  work.samples = asked.samples.value_or(1);
  if (what.dialogue) {
    work.chat = chat_of(decided);
    work.ends.turn = work.chat->stops;
  }
  if (kind == ModelKind::arm) {
    work.generator = decoding_config(decided);
  } else {
    work.generator = unmasking_config(decided);
    work.traced = asked.trace.has_value();
    if (what.two_stages && decided.stages == 2) work.second_cfg = decided.cfg_second;
  }
  return work;
}

CorpusSettings corpus_settings(const Settings& decided, const DecisionFor& what, ModelKind kind) {
  return {.config = likelihood_config(decided, what, kind),
          .packing = value_named(kAllTextPackings, decided.packing.value())};
}

/// The settings that decide() makes its result of, every one that the work has a use for decided.
Settings decided_settings(const Settings& asked,
                          const DecisionFor& what,
                          ModelKind kind,
                          const Settings& checkpoint_defaults,
                          std::vector<std::string>& notes) {
  auto decided = layered(asked, what, kind, checkpoint_defaults, notes);
  const bool one_stage = decided.stages == 1;
  complete(decided, what, kind);
  if (what.work == Work::likelihood && kind == ModelKind::mdm) {
    check_estimator(decided);
    if (follows_auto_rule(decided)) {
      notes.push_back(before_note(what.task) + "estimator " + decided.estimator.value() + ": " +
                      auto_rule(decided));
    }
    note_estimator(asked, decided, what.task, notes);
  }
  note_work(asked, what, kind, notes);
  check_generation(asked, decided, what, kind);
  note_generation(asked, decided, what, kind, notes);
  if (asked.cfg_second && one_stage)
    notes.push_back(what.task + ": one stage does not use --cfg-second");
  return decided;
}

CheckpointOptions checkpoint_options(const Settings& settings) {
  CheckpointOptions options;
  options.model = settings.model.value();
  options.model_size = settings.model_size;
  if (settings.backend) options.backend = value_named(kAllBackends, *settings.backend);
  if (settings.rope_tables)
    options.rope_tables = value_named(kAllRopeTables, *settings.rope_tables);
  options.mask_id = settings.mask_id;
  if (settings.shift) options.shift = value_named(kOnOrOff, *settings.shift);
  if (settings.tokenizer) options.tokenizer = *settings.tokenizer;
  return options;
}

std::optional<ComputeType> compute_type(const Settings& settings) {
  const auto asked = settings.dtype.value_or(kAutoDtype);
  if (asked == kAutoDtype) return std::nullopt;
  return value_named(kAllComputeTypes, asked);
}

}  // namespace

ModelSettings model_settings(const Settings& settings) {
  if (!settings.model)
    throw Error(ErrorKind::usage,
                "wanted --model: a folder, or NAME.safetensors with NAME.config.json beside it");
  check_ranges(settings);
  return {.checkpoint = checkpoint_options(settings),
          .bos = value_named(kAllBosChoices, settings.bos.value_or("auto")),
          .compute = compute_type(settings),
          .device = device_of(settings),
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
  check_ranges(settings);
  auto asked = settings;
  asked.greedy = settings.greedy || what.cloze;  // the accuracy of a cloze is that verdict
  if (settings.racing && what.cloze) {
    asked.racing = false;
    notes.push_back(what.task + ": no choices to race; estimated without");
  }
  const auto values = decided_settings(asked, what, kind, checkpoint_defaults, notes);
  Decided decided;
  switch (what.work) {
    case Work::likelihood:
      decided.work = likelihood_settings(values, what, kind);
      break;
    case Work::generation:
      decided.work = generation_settings(asked, values, what, kind);
      break;
    case Work::corpus:
      decided.work = corpus_settings(values, what, kind);
      break;
  }
  decided.seed = values.seed.value();
  decided.recorded = recorded(values, what, kind);
  return decided;
}

}  // namespace smdm
