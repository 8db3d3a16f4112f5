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
#include "harness/settings/table.hpp"
#include "models/config.hpp"

namespace smdm {

/// How the texts of a corpus become rows (evaluators/rows/text_rows.hpp).
enum class TextPacking : std::uint8_t { document, stream };

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

/// An explicit option wins over the preset, the preset over the checkpoint's own defaults, and
/// those over the task's.
/// @param task   a task's name, or "" outside tasks
/// @param notes  receives a line for everything a person should know: what a preset set, and what
/// an autoregressive model does not use
/// @param checkpoint_defaults  what the checkpoint's evaluation.json says of the task
/// @throws Error(usage)  for values out of range, or guidance asked of an autoregressive model
[[nodiscard]] Evaluation decide(const Settings& settings,
                                const std::string& task,
                                Work work,
                                ModelKind kind,
                                std::vector<std::string>& notes,
                                const Settings& checkpoint_defaults = {});

/// How large a forward is on a device: small on the CPU, where more only costs memory; large on a
/// GPU, which is busy with many tokens only.
/// @param device  as --device
/// @param rows    rows per forward, where the user says
/// @throws std::invalid_argument  if there is no such device
[[nodiscard]] PackingLimits packing_limits(const std::string& device,
                                           std::optional<std::int64_t> rows);

[[nodiscard]] LikelihoodConfig likelihood_config(const Evaluation& evaluation,
                                                 ModelKind kind,
                                                 const Settings& settings);
[[nodiscard]] RacingConfig racing_config(const Evaluation& evaluation, const Settings& settings);
[[nodiscard]] UnmaskingConfig unmasking_config(const Evaluation& evaluation,
                                               const Settings& settings);
[[nodiscard]] DecodingConfig decoding_config(const Evaluation& evaluation,
                                             const Settings& settings);

/// What is recorded of it.
[[nodiscard]] Json describe(const Evaluation& evaluation, Work work, ModelKind kind);

/// The convention of --cfg, for --help and results.
inline constexpr const char* kGuidanceConvention = "un + (w + 1) * (cond - un)";

}  // namespace smdm
