/// Generation with masked diffusion models: masks are revealed over a number of steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/request.hpp"
#include "evaluators/generation/kv_caching.hpp"
#include "evaluators/generation/samplers.hpp"
#include "evaluators/generation/token_choice.hpp"
#include "evaluators/generation/tokens.hpp"
#include "evaluators/rows/guidance.hpp"
#include "evaluators/rows/packing.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// How a document ends before its last position, and where what it says ends.
struct Ending {
  EosRule eos = EosRule::ignore;
  std::vector<std::int64_t> eos_ids = {};  ///< tokens that end a text; none: nothing ends it
  StopRule stop = {};
};

struct UnmaskingConfig {
  // Changes what is generated.
  PolicyConfig policy = {};
  std::int64_t total_length = 256;  ///< of prompt and answer together, at most max_tokens
  double temperature = 0.0;         ///< of the Gumbel noise, see choose_tokens()
  double cfg = 0.0;                 ///< see guidance.hpp; the unconditional branch hides the prompt
  std::uint64_t seed = 0;           ///< below 2^32
  std::optional<std::int64_t> gen_length = {};  ///< of the answer, in place of total_length
  double top_p = 1.0;                           ///< see TokenRule
  std::int64_t top_k = 0;                       ///< likewise
  bool keeps_mask = false;                      ///< likewise
  SpecialTokens special = {};
  Ending ending = {};
  KvCacheConfig kv_cache = {};  ///< see BlockCache
  // Changes only the speed.
  PackingLimits packing = {};
};

/// Where one document's chance comes from.
struct UnmaskingDraws {
  /// Uniform in [0, 1), for the samplers that choose positions by chance: the ancestral one reveals
  /// a position where it is below 1 - s / t.
  std::function<float(std::int64_t step, std::size_t position)> choice;
  /// Fills in one uniform of (0, 1) per token (ascending) for the noise at a position.
  std::function<void(std::int64_t step,
                     std::size_t position,
                     std::span<const std::int64_t> tokens,
                     std::span<double> uniforms)>
      noise;
  double margin = 0.0;  ///< see TokenDraws
  /// Exponential of mean 1, for Dream's ranking by chance. It may share its bits with `choice`: no
  /// sampler uses both.
  std::function<double(std::int64_t step, std::size_t position)> exponential = {};
};

/// Draws that depend on the seed, the prompt (or canvas, masks included) and the number of the
/// answer alone.
/// @param sample  which of several answers to the prompt
[[nodiscard]] UnmaskingDraws unmasking_draws(std::uint64_t seed,
                                             std::span<const std::int64_t> prompt,
                                             std::int64_t vocab_tokens,
                                             std::int64_t sample = 0);

/// What a step revealed.
/// @param step      names the step's draws: steps that reveal nothing are counted
/// @param revealed  in the order of their rank; log_confidence is always there
using StepDone = std::function<void(std::int64_t step, std::span<const Candidate> revealed)>;

/// Called once per prompt, in any order, as soon as its document is finished.
using GenerationDone = std::function<void(std::size_t index, const Generation& generation)>;

/// One prompt on its way to unmask().
struct UnmaskingPrompt {
  std::size_t index = 0;          ///< what `done` is called with
  std::vector<std::int64_t> ids;  ///< that check_prompt() accepts; mask ids in them are filled too
  UnmaskingDraws draws;
  double cfg = 0.0;     ///< see guidance.hpp; the unconditional branch hides the prompt
  StepDone trace = {};  ///< called after each step, where there is one

  /// Infilling: the ids, that check_canvas() accepts, are the whole document. Its masks are filled
  /// and nothing is put behind them, whatever lengths the settings say; the unconditional branch
  /// hides all that is shown. Only what is filled behind the last shown id has an Ending: where an
  /// id is shown at the end, nothing ends the document early, and it is never cut.
  bool canvas = false;

  /// Of a prompt: tokens of prompt and answer together, at most max_tokens, whatever lengths the
  /// settings say.
  std::optional<std::int64_t> length = {};
};

/// Ids of a canvas that are not the mask: its stretches, in order, none of them empty.
[[nodiscard]] std::vector<PositionRange> shown_parts(std::span<const std::int64_t> canvas,
                                                     std::int64_t mask_id);

/// The next prompt, or nothing: none now. It is asked again whenever a document has ended, so that
/// one document may follow from another.
using NextPrompt = std::function<std::optional<UnmaskingPrompt>()>;

/// Answers every prompt: masks behind it, up to total_length or gen_length of them, are filled; of
/// a canvas, its own.
///
/// Every document is sampled as if it were alone, though many share each forward: its result does
/// not depend on the others, their order or the packing. In each step the policy says which masked
/// positions it needs, the model gives their logits (with those of its unconditional twin where
/// cfg > 0), the token rule draws their tokens, and the policy reveals some of them. Confidences
/// are softmax probabilities (float64, without noise, after guidance); of equals the leftmost goes
/// first. What is revealed is never revised. The mask itself is never chosen, also where it is a
/// token of the vocabulary: its logit counts as -infinity (keeps_mask apart). A mask id inside the
/// prompt is filled like the rest. A step that would reveal nothing does not run the model;
/// `forwards` counts those that do, `tokens` what they read: with a cache, not what it holds.
/// Caches belong to documents; as many of these are under way as one forward has rows, and one
/// more.
///
/// Nie et al. 2024, arXiv:2410.18514 (SMDM's samplers); the confidence order after Chang et al.
/// 2022, arXiv:2202.04200; Gumbel noise in float64 after Zheng et al. 2024, arXiv:2409.02908.
/// @param next  prompts, each with guidance of its own in place of config.cfg
/// @throws std::invalid_argument  before anything is computed, if a limit of the settings is
///                                broken (that of lengths: before any prompt but canvases is), or
///                                the model is not of the masked diffusion kind
/// @throws Error(checkpoint)        if the model gives something that is not a number
/// @throws Error(failure)           if keeps_mask is set and a sampler without a number of steps
///                                  would draw masks for ever
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
