/// Generation with autoregressive models: token by token, with a key-value cache per document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/request.hpp"
#include "evaluators/generation/samplers.hpp"
#include "evaluators/rows/packing.hpp"
#include "models/language_model.hpp"

namespace smdm {

struct DecodingConfig {
  // Changes what is generated.
  std::int64_t total_length = 256;  ///< of prompt and answer together, at most max_tokens
  double temperature = 0.0;         ///< of the Gumbel noise, see choose_tokens(); 0 is greedy
  std::vector<std::int64_t> eos_ids = {};  ///< a document ends after any of these, which it keeps
  std::uint64_t seed = 0;                  ///< below 2^32
  std::optional<std::int64_t> gen_length = {};  ///< of the answer, in place of total_length
  StopRule stop = {};
  // Changes only the speed (and the memory: every document in work has its cache).
  PackingLimits packing = {};
};

/// Where one document's chance comes from.
struct DecodingDraws {
  /// Fills in one uniform of (0, 1) per token (ascending) for the noise at a position of the text.
  std::function<void(
      std::size_t position, std::span<const std::int64_t> tokens, std::span<double> uniforms)>
      noise;
  double margin = 0.0;  ///< see TokenDraws
};

/// Draws that depend on the seed, the prompt and the number of the answer alone.
/// @param sample  which of several answers to the prompt
[[nodiscard]] DecodingDraws decoding_draws(std::uint64_t seed,
                                           std::span<const std::int64_t> prompt,
                                           std::int64_t vocab_tokens,
                                           std::int64_t sample = 0);

/// One prompt on its way to decode().
struct DecodingPrompt {
  std::size_t index = 0;          ///< what `done` is called with
  std::vector<std::int64_t> ids;  ///< that check_prompt() accepts
  DecodingDraws draws;
  /// Tokens of prompt and answer together, at most max_tokens, whatever lengths the settings say.
  std::optional<std::int64_t> length = {};
};

/// The next prompt, or nothing: none now. It is asked again whenever a document has ended, so that
/// one document may follow from another.
using NextDecodingPrompt = std::function<std::optional<DecodingPrompt>()>;

/// Called once per prompt, in any order, as soon as its document is finished.
using DecodingDone = std::function<void(std::size_t index, const Generation& generation)>;

/// Continues every prompt up to total_length (or by gen_length tokens), an end token or a stop
/// text.
///
/// Many documents share each forward, and one that ends makes room for the next; yet a document's
/// result depends on itself alone. `forwards` is the number of tokens generated.
/// @param next  prompts; one that fills its length comes back unchanged
/// @throws std::invalid_argument  before anything is computed, if a limit of the settings is
///                                broken, or the model is not autoregressive; for a prompt with a
///                                length of its own beyond the model's
/// @throws Error(checkpoint)        if the model gives something that is not a number
void decode(const LanguageModel& model,
            const NextDecodingPrompt& next,
            const DecodingConfig& config,
            const DecodingDone& done);

/// The same of prompts that are all there.
void decode(const LanguageModel& model,
            std::span<const std::vector<std::int64_t>> prompts,
            const DecodingConfig& config,
            const DecodingDone& done);

/// The same with draws from elsewhere: draws_of(index) is asked once per prompt, in their order.
void decode(const LanguageModel& model,
            std::span<const std::vector<std::int64_t>> prompts,
            const DecodingConfig& config,
            const std::function<DecodingDraws(std::size_t index)>& draws_of,
            const DecodingDone& done);

/// The same, gathered in the order of the prompts.
[[nodiscard]] std::vector<Generation> decode(const LanguageModel& model,
                                             std::span<const std::vector<std::int64_t>> prompts,
                                             const DecodingConfig& config);

}  // namespace smdm
