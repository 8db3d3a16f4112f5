// A document is a source that wants the logits of some of its masked positions once a step. Its
// policy says which, tokens are drawn as logits come in, and when all have come the policy says
// which of them are revealed.
#include "evaluators/generation/unmask.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <ATen/core/Tensor.h>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "evaluators/generation/block_cache.hpp"
#include "evaluators/generation/policies/policy.hpp"
#include "evaluators/rows/checks.hpp"
#include "evaluators/rows/guidance.hpp"
#include "evaluators/rows/logits_source.hpp"
#include "evaluators/rows/masked_sequence.hpp"

namespace smdm {
namespace {

/// One document, from its prompt to its end.
class Document final : public LogitsSource {
 public:
  /// @param diffusion, config  outlive the document
  /// @param context  ids in front of what an ending looks at: the answer, or the last span that is
  ///                 filled; all of them where nothing is looked at
  Document(MaskedSequence sequence,
           std::size_t context,
           const MaskedDiffusion& diffusion,
           const UnmaskingConfig& config,
           UnmaskingPrompt prompt,
           const GenerationDone& done)
      : sequence_(std::move(sequence)),
        context_(context),
        config_(config),
        index_(prompt.index),
        draws_(std::move(prompt.draws)),
        trace_(std::move(prompt.trace)),
        done_(done),
        filled_before_(prompt.canvas ? count_masks(context) : 0),
        policy_(make_policy(config.policy,
                            sequence_.masked(),
                            {.uniform = draws_.choice, .exponential = draws_.exponential})),
        cache_(config.kv_cache,
               sequence_.masked(),
               entry_of(config.policy.sampler).blocks ? config.policy.block_length : 0,
               diffusion.shifted),
        reader_({.temperature = config.temperature,
                 .top_p = config.top_p,
                 .top_k = config.top_k,
                 .keeps_mask = config.keeps_mask},
                config.special,
                diffusion,
                needs(),
                config.policy.sampler == Sampler::dream) {}

  std::optional<RowGroup> next() override {
    if (!step_.wanted.empty() || ended_) return std::nullopt;
    const auto masked = sequence_.masked();
    if (masked.empty()) return std::nullopt;
    auto step = policy_->next(masked);
    if (!step) return std::nullopt;
    step_ = std::move(*step);
    auto group = cache_.ask(sequence_, step_.wanted);
    ++generation_.forwards;
    generation_.rows += static_cast<std::int64_t>(group.rows.rows());
    generation_.tokens += group.rows.tokens();
    return group;
  }

  void see(std::int64_t first, const at::Tensor& logits) override {
    const auto positions =
        std::span(step_.wanted)
            .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(logits.size(0)));
    const TokenDraws draws{
        .uniforms =
            [&](std::int64_t row, std::span<const std::int64_t> tokens, std::span<double> out) {
              draws_.noise(step_.number, positions[static_cast<std::size_t>(row)], tokens, out);
            },
        .margin = draws_.margin};
    const auto drawn = reader_.draw(logits, draws, positions);
    candidates_.insert(candidates_.end(), drawn.begin(), drawn.end());
    if (candidates_.size() == step_.wanted.size()) commit();
  }

  void keep(std::span<const std::shared_ptr<const Prefix>> prefixes) override {
    cache_.keep(prefixes);
  }

  void finish() override {
    auto& ids = sequence_.ids;
    if (ended_) ids.resize(*ended_);
    if (config_.ending.eos != EosRule::ignore) ids.resize(end_of(ids.size()));
    const auto end = first_eos(ids.size());
    // Masks that were drawn (keeps_mask) are no tokens of a text.
    generation_.new_tokens = filled_before_ +
                             static_cast<std::int64_t>(end - std::min(context_, ids.size())) -
                             count_masks(end);
    generation_.output_ids = std::move(ids);
    done_(index_, generation_);
  }

 private:
  [[nodiscard]] FactNeeds needs() const {
    auto needs = policy_->needs();
    needs.confidence = needs.confidence || trace_ != nullptr;
    return needs;
  }

  void commit() {
    const auto chosen = policy_->choose(candidates_);
    std::vector<Candidate> revealed;
    revealed.reserve(chosen.size());
    bool changed = false;
    for (const auto index : chosen) {
      revealed.push_back(candidates_[index]);
      sequence_.ids[revealed.back().position] = revealed.back().token;
      changed = changed || revealed.back().token != sequence_.mask_id;
    }
    candidates_.clear();
    if (trace_) trace_(step_.number, revealed);
    if (!changed) require_steps();
    step_.wanted.clear();
    look_for_end();
  }

  /// A step that changed nothing is followed by its like for ever, where no number of steps ends
  /// that.
  void require_steps() const {
    const auto& sampler = entry_of(config_.policy.sampler);
    if (sampler.steps || config_.temperature > 0.0) return;
    throw Error(ErrorKind::failure, std::string("sampler ") + sampler.name +
                                        ": wanted a token other than the mask, got the mask at "
                                        "every position that was to be revealed, and will again");
  }

  /// Ends the document if nothing behind what is decided can be part of its answer.
  void look_for_end() {
    const auto& ending = config_.ending;
    const bool finishes = ending.eos == EosRule::finish && !ending.eos_ids.empty();
    if (!finishes && !ending.stop) return;
    const auto masked = std::ranges::find(sequence_.ids, sequence_.mask_id);
    const auto decided = static_cast<std::size_t>(masked - sequence_.ids.begin());
    if (decided <= looked_at_) return;
    looked_at_ = decided;
    const auto end = finishes ? end_of(decided) : decided;
    if (finishes && first_eos(decided) < decided) ended_ = end;
    if (!ending.stop || decided <= context_) return;
    if (const auto kept = ending.stop(std::span(sequence_.ids).first(end), context_))
      ended_ = context_ + *kept;
  }

  [[nodiscard]] std::int64_t count_masks(std::size_t before) const {
    return std::ranges::count(std::span(sequence_.ids).first(before), sequence_.mask_id);
  }

  /// The place of the first token behind the context, and before `limit`, that ends a text; `limit`
  /// where there is none.
  [[nodiscard]] std::size_t first_eos(std::size_t limit) const {
    const auto& eos = config_.ending.eos_ids;
    auto at = std::min(context_, limit);
    while (at < limit && std::ranges::find(eos, sequence_.ids[at]) == eos.end()) ++at;
    return at;
  }

  /// One behind that token.
  [[nodiscard]] std::size_t end_of(std::size_t limit) const {
    return std::min(first_eos(limit) + 1, limit);
  }

  MaskedSequence sequence_;
  std::size_t context_;
  const UnmaskingConfig& config_;
  std::size_t index_;
  UnmaskingDraws draws_;
  StepDone trace_;
  const GenerationDone& done_;
  std::int64_t filled_before_;  ///< tokens of a canvas that are filled in front of its context
  std::unique_ptr<Policy> policy_;
  BlockCache cache_;
  TokenReader reader_;
  PolicyStep step_;  ///< what is asked for; wants nothing between steps
  std::vector<Candidate> candidates_;
  std::size_t looked_at_ = 0;         ///< ids that look_for_end() has seen
  std::optional<std::size_t> ended_;  ///< how many ids are left where the document ended early
  Generation generation_;
};

void check_config(const ModelInfo& info, const UnmaskingConfig& config) {
  require_masked_diffusion(info, "sampling by unmasking");
  check_guidance(info, config.cfg);
  check_policy(config.policy);
  check_kv_cache(config.kv_cache);
  if (config.policy.steps < 1) throw std::invalid_argument("wanted at least one step, got 0");
  check_token_rule(
      {.temperature = config.temperature, .top_p = config.top_p, .top_k = config.top_k});
  check_seed(config.seed);
  check_limits(config.packing);
}

/// Tokens of a document: prompt and answer.
/// @param context  ids of the prompt
std::size_t length_of(const UnmaskingPrompt& prompt,
                      const UnmaskingConfig& config,
                      std::size_t context) {
  if (prompt.length) return static_cast<std::size_t>(*prompt.length);
  if (config.gen_length) return context + static_cast<std::size_t>(*config.gen_length);
  return static_cast<std::size_t>(config.total_length);
}

/// What a prompt becomes: masks stand behind it, or in it.
MaskedSequence sequence_of(std::vector<std::int64_t> ids,
                           const UnmaskingPrompt& prompt,
                           const UnmaskingConfig& config,
                           const ModelInfo& info) {
  const auto mask_id = std::get<MaskedDiffusion>(info.objective).mask_id;
  MaskedSequence sequence{
      .ids = std::move(ids), .given = {}, .mask_id = mask_id, .cfg = prompt.cfg};
  if (prompt.canvas) {
    sequence.given = shown_parts(sequence.ids, mask_id);
    return sequence;
  }
  check_total_length(info, prompt.length.value_or(config.gen_length.value_or(config.total_length)));
  const auto context = sequence.ids.size();
  sequence.given = {{.begin = 0, .end = context}};
  sequence.ids.resize(length_of(prompt, config, context), mask_id);
  return sequence;
}

}  // namespace

std::vector<PositionRange> shown_parts(std::span<const std::int64_t> canvas, std::int64_t mask_id) {
  std::vector<PositionRange> parts;
  for (std::size_t i = 0; i < canvas.size(); ++i) {
    if (canvas[i] == mask_id) continue;
    if (parts.empty() || parts.back().end != i) parts.push_back({.begin = i, .end = i});
    parts.back().end = i + 1;
  }
  return parts;
}

UnmaskingDraws unmasking_draws(std::uint64_t seed,
                               std::span<const std::int64_t> prompt,
                               std::int64_t vocab_tokens,
                               std::int64_t sample) {
  const auto content = sample_content(prompt, sample);
  const RandomStream choice(seed, Purpose::unmask_choice, content);
  const RandomStream noise(seed, Purpose::unmask_token, content);
  return {.choice =
              [choice](std::int64_t step, std::size_t position) {
                return choice.uniform_float(step, static_cast<std::int64_t>(position));
              },
          .noise =
              [noise, vocab_tokens](std::int64_t step, std::size_t position,
                                    std::span<const std::int64_t> tokens, std::span<double> out) {
                noise.uniforms(step, static_cast<std::int64_t>(position) * vocab_tokens, tokens,
                               out);
              },
          .margin = RandomStream::kMargin,
          .exponential =
              [choice](std::int64_t step, std::size_t position) {
                return -std::log(choice.uniform(step, static_cast<std::int64_t>(position)));
              }};
}

void unmask(const LanguageModel& model,
            const NextPrompt& next,
            const UnmaskingConfig& config,
            const GenerationDone& done) {
  const auto& info = model.info();
  check_config(info, config);
  const auto& diffusion = std::get<MaskedDiffusion>(info.objective);
  const OpenLogitsSource open_next = [&]() -> std::unique_ptr<LogitsSource> {
    auto prompt = next();
    if (!prompt) return nullptr;
    auto sequence = sequence_of(std::move(prompt->ids), *prompt, config, info);
    const auto context = sequence.given.empty() ? 0 : sequence.given.back().end;
    return std::make_unique<Document>(std::move(sequence), context, diffusion, config,
                                      std::move(*prompt), done);
  };
  run_sources(model, open_next, config.packing);
}

void unmask(const LanguageModel& model,
            std::span<const std::vector<std::int64_t>> prompts,
            const UnmaskingConfig& config,
            const std::function<UnmaskingDraws(std::size_t index)>& draws_of,
            const GenerationDone& done) {
  std::size_t opened = 0;
  const NextPrompt next = [&]() -> std::optional<UnmaskingPrompt> {
    if (opened == prompts.size()) return std::nullopt;
    const auto index = opened++;
    return UnmaskingPrompt{
        .index = index, .ids = prompts[index], .draws = draws_of(index), .cfg = config.cfg};
  };
  unmask(model, next, config, done);
}

void unmask(const LanguageModel& model,
            std::span<const std::vector<std::int64_t>> prompts,
            const UnmaskingConfig& config,
            const GenerationDone& done) {
  const auto vocab = model.info().vocab_tokens;
  const auto draws_of = [&](std::size_t index) {
    return unmasking_draws(config.seed, prompts[index], vocab);
  };
  unmask(model, prompts, config, draws_of, done);
}

std::vector<Generation> unmask(const LanguageModel& model,
                               std::span<const std::vector<std::int64_t>> prompts,
                               const UnmaskingConfig& config) {
  std::vector<Generation> generations(prompts.size());
  unmask(model, prompts, config,
         [&](std::size_t i, const Generation& generation) { generations[i] = generation; });
  return generations;
}

}  // namespace smdm
