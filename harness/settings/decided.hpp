/// What is computed for one task, every setting decided. Nothing below decide() sees what the user
/// typed: it gets one of these, with the configs that the evaluators take, and what is recorded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "evaluators/generation/decode.hpp"
#include "evaluators/generation/unmask.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "evaluators/racing/race.hpp"
#include "harness/settings/chat_template.hpp"
#include "harness/settings/choices.hpp"
#include "models/checkpoint.hpp"

namespace smdm {

/// For requests, multiple choice and clozes.
struct LikelihoodSettings {
  LikelihoodConfig config;
  /// A race instead of estimates; never for a cloze, an autoregressive model or --requests.
  std::optional<Racing> racing;
  std::string suffix = kNoSuffix;  ///< as --suffix says it
};

/// Where a text ends, and how the tokens that end one are treated.
struct EndSettings {
  std::vector<std::string> stop = {};  ///< texts that an answer ends before
  bool bars_eos = false;               ///< LLaDA's logits_eos_inf
  bool unranks_eos = false;            ///< LLaDA's confidence_eos_eot_inf
  bool as_published = false;           ///< that option's slip included (--parity)
  std::string needed_by = {};          ///< the option that was given and needs such tokens
  /// What ends a turn of a conversation: special tokens, and texts where the tokenizer has no such
  /// token.
  std::vector<std::string> turn = {};
};

/// For prompts and open answers.
struct GenerationSettings {
  std::variant<UnmaskingConfig, DecodingConfig> generator;  ///< by the kind of the model
  /// Guidance of a second pass over the text of the first; empty where there is one pass.
  std::optional<double> second_cfg;
  /// Ids are of the checkpoint, so that these become parts of the generator's config with it.
  EndSettings ends = {};
  std::int64_t samples = 1;               ///< answers to each prompt of --prompts
  bool traced = false;                    ///< whether answers say what each step revealed
  std::optional<ChatTemplate> chat = {};  ///< of conversations

  /// Tokens of prompt and answer together, or of the answer alone where its length was asked.
  [[nodiscard]] std::int64_t total_length() const {
    return std::visit(
        [](const auto& config) { return config.gen_length.value_or(config.total_length); },
        generator);
  }

  /// Tokens of prompt and answer together, of a prompt.
  [[nodiscard]] std::int64_t length_behind(std::size_t prompt) const {
    return std::visit(
        [&](const auto& config) {
          return config.gen_length ? static_cast<std::int64_t>(prompt) + *config.gen_length
                                   : config.total_length;
        },
        generator);
  }

  /// Whether its texts come from stale keys and values, see BlockCache.
  [[nodiscard]] bool is_approximate() const {
    const auto* unmasking = std::get_if<UnmaskingConfig>(&generator);
    return unmasking != nullptr && unmasking->kv_cache.caching != KvCaching::none;
  }

  /// The longest prompt that has an answer.
  [[nodiscard]] std::int64_t longest_prompt(std::int64_t max_tokens) const {
    return std::visit(
        [&](const auto& config) {
          return config.gen_length ? max_tokens - *config.gen_length : config.total_length;
        },
        generator);
  }
};

/// For texts of a corpus.
struct CorpusSettings {
  LikelihoodConfig config;
  TextPacking packing = TextPacking::document;
};

/// What was decided for one task, or for the lines of --requests or --prompts.
struct Decided {
  std::variant<LikelihoodSettings, GenerationSettings, CorpusSettings> work;
  std::uint64_t seed = 0;
  /// What results files say of it: every setting that changes a number of this kind of work.
  Json recorded = Json::object();
};

/// Which checkpoint is opened, and how it computes.
struct ModelSettings {
  CheckpointOptions checkpoint;
  BosChoice bos = BosChoice::automatic;
  std::optional<ComputeType> compute = {};  ///< empty: auto
  std::string device = "auto";
  std::optional<int> threads = {};  ///< empty: all cores
  int sharers = 1;  ///< processes that load it into the memory of this machine, for auto
};

}  // namespace smdm
