// A document is a source that wants one row at a time: what its cache does not hold yet, first the
// whole prompt, then the token chosen last. Documents are at different positions within one
// forward.
#include "evaluators/generation/decode.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/numbers/random.hpp"
#include "evaluators/generation/token_choice.hpp"
#include "evaluators/rows/checks.hpp"
#include "evaluators/rows/logits_source.hpp"

namespace smdm {
namespace {

/// Tokens of a document: prompt and answer.
std::int64_t length_of(const DecodingConfig& config, std::size_t prompt) {
  if (config.gen_length) return static_cast<std::int64_t>(prompt) + *config.gen_length;
  return config.total_length;
}

/// One document, from its prompt to its last token.
class Document {
 public:
  /// @param config, done  outlive the document, and so does the model
  Document(const LanguageModel& model,
           DecodingPrompt prompt,
           const DecodingConfig& config,
           const DecodingDone& done)
      : index_(prompt.index),
        length_(prompt.length.value_or(length_of(config, prompt.ids.size()))),
        prompt_(prompt.ids.size()),
        cache_(model.make_cache(length_)),
        config_(config),
        draws_(std::move(prompt.draws)),
        done_(done) {
    generation_.output_ids = std::move(prompt.ids);
  }

  [[nodiscard]] KvCache* cache() const { return cache_.get(); }

  /// The ids that the cache does not hold yet; nothing when the document is complete or waits.
  std::optional<RowGroup> next() {
    if (waiting_ || complete()) return std::nullopt;
    waiting_ = true;
    RowGroup group;
    group.rows.append(
        std::span(generation_.output_ids).subspan(static_cast<std::size_t>(cache_->tokens())));
    group.rows.wanted.push_back(group.rows.tokens() - 1);
    ++generation_.rows;
    generation_.tokens += group.rows.tokens();
    return group;
  }

  /// @param logits  [1, V], what follows the last id
  void see(std::int64_t /*first*/, const at::Tensor& logits) {
    auto& ids = generation_.output_ids;
    const TokenDraws draws{
        .uniforms = [&](std::int64_t, std::span<const std::int64_t> tokens,
                        std::span<double> out) { draws_.noise(ids.size(), tokens, out); },
        .margin = draws_.margin};
    ids.push_back(choose_tokens(logits, config_.temperature, draws).front());
    ended_ = std::ranges::find(config_.eos_ids, ids.back()) != config_.eos_ids.end();
    if (!ended_) ++generation_.new_tokens;
    if (config_.stop) ended_ = ended_ || config_.stop(ids, prompt_).has_value();
    ++generation_.forwards;
    waiting_ = false;
  }

  void finish() { done_(index_, generation_); }

 private:
  [[nodiscard]] bool complete() const {
    return ended_ || std::ssize(generation_.output_ids) == length_;
  }

  std::size_t index_;
  std::int64_t length_;  ///< of prompt and answer
  std::size_t prompt_;
  std::unique_ptr<KvCache> cache_;
  const DecodingConfig& config_;
  DecodingDraws draws_;
  const DecodingDone& done_;
  bool waiting_ = false;
  bool ended_ = false;
  Generation generation_;
};

void run_documents(const LanguageModel& model,
                   const std::function<std::unique_ptr<Document>()>& open_next,
                   const PackingLimits& limits) {
  Packer<Document> packer(open_next, limits);
  while (true) {
    const auto batch = packer.next();
    if (batch.parts.empty()) return;
    std::vector<KvCache*> caches;
    caches.reserve(batch.parts.size());
    for (const auto& part : batch.parts) caches.push_back(part.source->cache());
    model.extend(caches, batch.rows.rows, [&](std::int64_t first, const at::Tensor& logits) {
      show_logits(batch, first, logits);
    });
  }
}

void check_config(const ModelInfo& info, const DecodingConfig& config) {
  require_autoregressive(info, "decoding");
  check_temperature(config.temperature);
  check_seed(config.seed);
  check_limits(config.packing);
  check_total_length(info, config.gen_length.value_or(config.total_length));
}

}  // namespace

DecodingDraws decoding_draws(std::uint64_t seed,
                             std::span<const std::int64_t> prompt,
                             std::int64_t vocab_tokens,
                             std::int64_t sample) {
  const RandomStream noise(seed, Purpose::decode_token, sample_content(prompt, sample));
  return {.noise =
              [noise, vocab_tokens](std::size_t position, std::span<const std::int64_t> tokens,
                                    std::span<double> out) {
                const auto at = static_cast<std::int64_t>(position);
                noise.uniforms(at, at * vocab_tokens, tokens, out);
              },
          .margin = RandomStream::kMargin};
}

void decode(const LanguageModel& model,
            const NextDecodingPrompt& next,
            const DecodingConfig& config,
            const DecodingDone& done) {
  const auto& info = model.info();
  check_config(info, config);
  const auto open_next = [&]() -> std::unique_ptr<Document> {
    auto prompt = next();
    if (!prompt) return nullptr;
    if (prompt->length) check_total_length(info, *prompt->length);
    return std::make_unique<Document>(model, std::move(*prompt), config, done);
  };
  run_documents(model, open_next, config.packing);
}

void decode(const LanguageModel& model,
            std::span<const std::vector<std::int64_t>> prompts,
            const DecodingConfig& config,
            const std::function<DecodingDraws(std::size_t index)>& draws_of,
            const DecodingDone& done) {
  std::size_t opened = 0;
  const NextDecodingPrompt next = [&]() -> std::optional<DecodingPrompt> {
    if (opened == prompts.size()) return std::nullopt;
    const auto index = opened++;
    return DecodingPrompt{.index = index, .ids = prompts[index], .draws = draws_of(index)};
  };
  decode(model, next, config, done);
}

void decode(const LanguageModel& model,
            std::span<const std::vector<std::int64_t>> prompts,
            const DecodingConfig& config,
            const DecodingDone& done) {
  const auto vocab = model.info().vocab_tokens;
  const auto draws_of = [&](std::size_t index) {
    return decoding_draws(config.seed, prompts[index], vocab);
  };
  decode(model, prompts, config, draws_of, done);
}

std::vector<Generation> decode(const LanguageModel& model,
                               std::span<const std::vector<std::int64_t>> prompts,
                               const DecodingConfig& config) {
  std::vector<Generation> generations(prompts.size());
  decode(model, prompts, config,
         [&](std::size_t i, const Generation& generation) { generations[i] = generation; });
  return generations;
}

}  // namespace smdm
