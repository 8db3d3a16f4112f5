/// What is computed for one task: the user's options, the preset's, and the defaults, put together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "evaluators/generation/decode.hpp"
#include "evaluators/generation/unmask.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "evaluators/racing/race.hpp"
#include "harness/settings/decided.hpp"
#include "harness/settings/table.hpp"
#include "models/config.hpp"

namespace smdm {

[[nodiscard]] const char* to_string(TextPacking packing) noexcept;

/// Settings that change numbers, all decided.
struct Evaluation {
  std::string estimator = "auto";
  std::int64_t mc_samples = 32;  ///< rows of any estimator but exact and chain-rule
  std::int64_t mc_strata = 32;
  std::int64_t max_rows = 4096;
  std::optional<double> target_error = {};
  bool racing = false;
  double racing_error = 0.01;
  PromptReuse prompt_reuse = PromptReuse::automatic;
  double cfg = 0.0;
  double cfg_second = 0.0;
  bool greedy = false;
  Sampler sampler = Sampler::confidence;
  std::int64_t steps = 256;
  std::int64_t total_length = 256;
  std::int64_t stages = 2;  ///< of a protocol of two (AnswerProtocol::two_stages)
  double temperature = 0.0;
  std::uint64_t seed = 0;
  TextPacking packing = TextPacking::document;
};

/// The estimator of a corpus's perplexity on a masked diffusion model.
inline constexpr const char* kTrainingLoss = "training-loss";

/// What kind of work an Evaluation is for.
enum class Work : std::uint8_t { likelihood, generation, corpus };

/// What settings are decided for.
struct DecisionFor {
  std::string task;  ///< a task's name, or "" outside tasks
  Work work = Work::likelihood;
  bool cloze = false;       ///< its accuracy is a greedy verdict, and it has no choices to race
  bool two_stages = false;  ///< its protocol has a second pass
};

/// An explicit option wins over the preset, the preset over the checkpoint's own defaults, and
/// those over the task's.
/// @param notes  receives a line for everything a person should know: what a preset set, and what
/// an autoregressive model does not use
/// @param checkpoint_defaults  what the checkpoint's evaluation.json says of the task
/// @throws Error(usage)  for values out of range, or guidance asked of an autoregressive model
[[nodiscard]] Decided decide(const Settings& settings,
                             const DecisionFor& what,
                             ModelKind kind,
                             std::vector<std::string>& notes,
                             const Settings& checkpoint_defaults = {});

/// @throws Error(usage)  if no model is named, or for a number of threads below 1
[[nodiscard]] ModelSettings model_settings(const Settings& settings);

/// How large a forward is on a device: small on the CPU, where more only costs memory; large on a
/// GPU, which is busy with many tokens only.
/// @param device  as --device
/// @param rows    rows per forward, where the user says
/// @throws std::invalid_argument  if there is no such device
[[nodiscard]] PackingLimits packing_limits(const std::string& device,
                                           std::optional<std::int64_t> rows);

/// The convention of --cfg, for --help and results.
inline constexpr const char* kGuidanceConvention = "un + (w + 1) * (cond - un)";

}  // namespace smdm
