/// What is computed for one task, every setting decided. Nothing below decide() sees what the user
/// typed: it gets one of these, with the configs that the evaluators take, and what is recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/json.hpp"
#include "evaluators/generation/decode.hpp"
#include "evaluators/generation/unmask.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "evaluators/racing/race.hpp"
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

/// For prompts and open answers.
struct GenerationSettings {
  std::variant<UnmaskingConfig, DecodingConfig> generator;  ///< by the kind of the model
  /// Guidance of a second pass over the text of the first; empty where there is one pass.
  std::optional<double> second_cfg;

  /// Tokens of prompt and answer together.
  [[nodiscard]] std::int64_t total_length() const {
    return std::visit([](const auto& config) { return config.total_length; }, generator);
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
};

}  // namespace smdm
