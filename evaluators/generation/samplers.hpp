/// Samplers by name, and what each of them can be told. Free of LibTorch, so that the table of
/// settings can read it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/text/names.hpp"

namespace smdm {

/// Which hidden positions a step reveals: docs/generation.md has the rule of each.
enum class Sampler : std::uint8_t {
  confidence,     ///< the surest drawn tokens, as many as a diffusion's times say (SMDM, "greddy")
  ancestral,      ///< each position by chance, as those times say (SMDM, "origin")
  llada,          ///< the surest drawn tokens of a block, as many as the block's plan says
  threshold,      ///< every drawn token of a block that is sure enough
  factor,         ///< as many of a block's as are surer than a bound that falls with their number
  entropy_bound,  ///< the positions of a block whose entropies sum to little
  margin,         ///< as llada, ranked by the gap between the two best tokens
  entropy,        ///< as llada, ranked by entropy
  dream,          ///< Dream's schedule and its choice of rankings
};

/// What a document does about the tokens that end a text.
enum class EosRule : std::uint8_t {
  ignore,  ///< they are tokens like others
  finish,  ///< the document ends as soon as all before the first of them is decided
  cut,     ///< everything is computed, and then cut behind the first of them
};

/// One sampler, as the settings need to know it.
struct SamplerEntry {
  const char* name;
  Sampler value;
  bool steps = false;             ///< its steps are settled beforehand
  bool blocks = false;            ///< it can finish one block of the answer after the other
  EosRule eos = EosRule::finish;  ///< where nobody says
};

/// Every sampler, in the order of --help. Who makes its policy stands in policies/list.cpp.
inline constexpr std::array kAllSamplers{
    SamplerEntry{
        .name = "confidence", .value = Sampler::confidence, .steps = true, .eos = EosRule::ignore},
    SamplerEntry{
        .name = "ancestral", .value = Sampler::ancestral, .steps = true, .eos = EosRule::ignore},
    SamplerEntry{.name = "llada", .value = Sampler::llada, .steps = true, .blocks = true},
    SamplerEntry{.name = "threshold", .value = Sampler::threshold, .blocks = true},
    SamplerEntry{.name = "factor", .value = Sampler::factor, .blocks = true},
    SamplerEntry{.name = "entropy-bound", .value = Sampler::entropy_bound, .blocks = true},
    SamplerEntry{.name = "margin", .value = Sampler::margin, .steps = true, .blocks = true},
    SamplerEntry{.name = "entropy", .value = Sampler::entropy, .steps = true, .blocks = true},
    SamplerEntry{.name = "dream", .value = Sampler::dream, .steps = true}};

/// The entry of a sampler.
[[nodiscard]] constexpr const SamplerEntry& entry_of(Sampler sampler) {
  for (const auto& entry : kAllSamplers) {
    if (entry.value == sampler) return entry;
  }
  return kAllSamplers.front();  // never: each has one
}

/// The estimator that asks a sampler for the likelihood of a text (likelihood/duel.hpp).
inline constexpr const char* kDuelName = "duel";

/// How Dream ranks positions.
enum class DreamAlgorithm : std::uint8_t { origin, maskgit_plus, topk_margin, entropy };

inline constexpr std::array kAllDreamAlgorithms{
    Named<DreamAlgorithm>{.name = "origin", .value = DreamAlgorithm::origin},
    Named<DreamAlgorithm>{.name = "maskgit_plus", .value = DreamAlgorithm::maskgit_plus},
    Named<DreamAlgorithm>{.name = "topk_margin", .value = DreamAlgorithm::topk_margin},
    Named<DreamAlgorithm>{.name = "entropy", .value = DreamAlgorithm::entropy}};

/// How LLaDA ranks positions.
enum class Remasking : std::uint8_t { low_confidence, random };

inline constexpr std::array kAllRemaskings{
    Named<Remasking>{.name = "low_confidence", .value = Remasking::low_confidence},
    Named<Remasking>{.name = "random", .value = Remasking::random}};

inline constexpr std::array kAllEosRules{Named<EosRule>{.name = "ignore", .value = EosRule::ignore},
                                         Named<EosRule>{.name = "finish", .value = EosRule::finish},
                                         Named<EosRule>{.name = "cut", .value = EosRule::cut}};

/// How many of the ids behind the first `context` reach the end of their first stop text, if they
/// have one.
using StopRule = std::function<std::optional<std::size_t>(std::span<const std::int64_t> ids,
                                                          std::size_t context)>;

/// What the draws of one of several answers to a prompt belong to: the prompt, and behind it a
/// number that is no id where the answer is not the first.
[[nodiscard]] std::vector<std::int64_t> sample_content(std::span<const std::int64_t> prompt,
                                                       std::int64_t sample);

/// A sampler with its numbers; each sampler reads those of its rule alone.
struct PolicyConfig {
  Sampler sampler = Sampler::confidence;
  std::int64_t steps = 256;       ///< >= 0; 0: as many as hidden positions, one for each
  std::int64_t block_length = 0;  ///< hidden tokens per block; 0: the whole answer is one
  double threshold = 0.9;         ///< in (0, 1]
  double factor = 1.0;            ///< > 0
  double entropy_bound = 0.1;     ///< >= 0, nats
  Remasking remasking = Remasking::low_confidence;
  float end_time = 1e-3F;  ///< at which Dream's diffusion ends, above 0 and below 1
  DreamAlgorithm algorithm = DreamAlgorithm::maskgit_plus;
  double algorithm_temperature = 0.0;  ///< >= 0, of Dream's ranking; 0 is no chance
  /// Whether `factor` takes the last candidate even if it is the first to fail, as published.
  bool takes_last_candidate = false;
};

/// The most steps that a document takes: each reveals at least one of its hidden positions, and a
/// sampler may have a number of steps, of which every block has at least one.
[[nodiscard]] constexpr std::int64_t most_steps(const PolicyConfig& policy, std::int64_t hidden) {
  const auto& entry = entry_of(policy.sampler);
  if (!entry.steps || policy.steps <= 0) return hidden;
  const auto length = entry.blocks && policy.block_length > 0 ? policy.block_length : hidden;
  if (length == 0) return 0;
  const auto blocks = std::max<std::int64_t>((hidden + length - 1) / length, 1);
  return std::min(blocks * std::max<std::int64_t>(policy.steps / blocks, 1), hidden);
}

/// @throws std::invalid_argument  if a number is out of its range
void check_policy(const PolicyConfig& config);

/// Whether a sampler chooses positions by chance, whatever its tokens are.
[[nodiscard]] bool draws_positions(const PolicyConfig& config);

/// Why a sampler has no likelihood of its own (see Duel), or null if it has one: its positions must
/// follow from the logits alone.
[[nodiscard]] const char* why_no_likelihood(const PolicyConfig& config);

}  // namespace smdm
