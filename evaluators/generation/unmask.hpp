/// Generation with masked diffusion models: masks are revealed over a number of steps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/request.hpp"
#include "base/text/names.hpp"
#include "evaluators/generation/token_choice.hpp"
#include "evaluators/rows/packing.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// Which masked positions a step reveals. With t and s the times before and after the step
/// (schedule.hpp):
enum class Sampler : std::uint8_t {
  confidence,  ///< the floor(masked * (1 - s / t)) of highest confidence (published as "greddy")
  ancestral,   ///< each one with probability 1 - s / t (published as "origin")
};

/// Every sampler by its name, in the order of --help.
inline constexpr std::array kAllSamplers{
    Named<Sampler>{.name = "confidence", .value = Sampler::confidence},
    Named<Sampler>{.name = "ancestral", .value = Sampler::ancestral}};

struct UnmaskingConfig {
  // Changes what is generated.
  Sampler sampler = Sampler::confidence;
  std::int64_t steps = 256;         ///< >= 1
  std::int64_t total_length = 256;  ///< of prompt and answer together, at most max_tokens
  double temperature = 0.0;         ///< of the Gumbel noise, see choose_tokens()
  double cfg = 0.0;                 ///< see guidance.hpp; the unconditional branch hides the prompt
  std::uint64_t seed = 0;           ///< below 2^32
  // Changes only the speed.
  PackingLimits packing = {};
};

/// Where one document's chance comes from.
struct UnmaskingDraws {
  /// Uniform in [0, 1): the ancestral sampler reveals a position where it is below 1 - s / t.
  std::function<float(std::int64_t step, std::size_t position)> choice;
  /// Fills in one uniform of (0, 1) per token (ascending) for the noise at a position.
  std::function<void(std::int64_t step,
                     std::size_t position,
                     std::span<const std::int64_t> tokens,
                     std::span<double> uniforms)>
      noise;
  double margin = 0.0;  ///< see TokenDraws
};

/// Draws that depend on the seed and the prompt alone.
[[nodiscard]] UnmaskingDraws unmasking_draws(std::uint64_t seed,
                                             std::span<const std::int64_t> prompt,
                                             std::int64_t vocab_tokens);

/// Called once per prompt, in any order, as soon as its document is finished.
using GenerationDone = std::function<void(std::size_t index, const Generation& generation)>;

/// One prompt on its way to unmask().
struct UnmaskingPrompt {
  std::size_t index = 0;          ///< what `done` is called with
  std::vector<std::int64_t> ids;  ///< that check_prompt() accepts; mask ids in them are filled too
  UnmaskingDraws draws;
  double cfg = 0.0;  ///< see guidance.hpp; the unconditional branch hides the prompt
};

/// The next prompt, or nothing: none now. It is asked again whenever a document has ended, so that
/// one document may follow from another.
using NextPrompt = std::function<std::optional<UnmaskingPrompt>()>;

/// Fills every prompt up to total_length.
///
/// Every document is sampled as if it were alone, though many share each forward: its result does
/// not depend on the others, their order or the packing. In each step the model sees the document
/// once (with its unconditional twin where cfg > 0) and a token is chosen for every masked
/// position; the confidence sampler ranks them by the softmax probability (float64, without noise,
/// after guidance; of equals the leftmost first). What is revealed is never revised, and nothing
/// stops at an end token. The mask itself is never chosen, also where it is a token of the
/// vocabulary: its logit counts as -infinity. A mask id inside the prompt is filled like the rest.
/// A step that would reveal nothing does not run the model; `forwards` counts those that do.
///
/// Nie et al. 2024, arXiv:2410.18514 (SMDM's samplers); the confidence order after Chang et al.
/// 2022, arXiv:2202.04200; Gumbel noise in float64 after Zheng et al. 2024, arXiv:2409.02908.
/// @param next  prompts, each with guidance of its own in place of config.cfg
/// @throws std::invalid_argument  before anything is computed, if a limit of the settings is
///                                broken, or the model is not of the masked diffusion kind
/// @throws Error(checkpoint)        if the model gives something that is not a number
void unmask(const LanguageModel& model,
            const NextPrompt& next,
            const UnmaskingConfig& config,
            const GenerationDone& done);

/// The same of prompts that are all there.
void unmask(const LanguageModel& model,
            std::span<const std::vector<std::int64_t>> prompts,
            const UnmaskingConfig& config,
            const GenerationDone& done);

/// The same with draws from elsewhere: draws_of(index) is asked once per prompt, in their order.
void unmask(const LanguageModel& model,
            std::span<const std::vector<std::int64_t>> prompts,
            const UnmaskingConfig& config,
            const std::function<UnmaskingDraws(std::size_t index)>& draws_of,
            const GenerationDone& done);

/// The same, gathered in the order of the prompts.
[[nodiscard]] std::vector<Generation> unmask(const LanguageModel& model,
                                             std::span<const std::vector<std::int64_t>> prompts,
                                             const UnmaskingConfig& config);

}  // namespace smdm
