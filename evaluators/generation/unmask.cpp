// A document is a source that wants the logits of its masked positions once a step. It plans which
// positions a step reveals, chooses tokens as logits come in, and commits them when it has seen all
// that it asked for.
#include "evaluators/generation/unmask.hpp"

#include <stdexcept>
#include <utility>

#include <ATen/core/Tensor.h>

#include "base/numbers/random.hpp"
#include "evaluators/generation/schedule.hpp"
#include "evaluators/rows/checks.hpp"
#include "evaluators/rows/guidance.hpp"
#include "evaluators/rows/logits_source.hpp"
#include "evaluators/rows/masked_sequence.hpp"

namespace smdm {
namespace {

/// Whether a sampler chooses among positions by the model's confidence in their tokens.
bool ranks(Sampler sampler) {
  switch (sampler) {
    case Sampler::confidence:
      return true;
    case Sampler::ancestral:
      return false;
  }
  throw std::invalid_argument("a sampler that is not known");
}

/// One document, from its prompt to the last mask.
class Document final : public LogitsSource {
 public:
  /// @param diffusion, config, times  outlive the document
  Document(MaskedSequence sequence,
           const MaskedDiffusion& diffusion,
           const UnmaskingConfig& config,
           const std::vector<float>& times,
           UnmaskingDraws draws,
           std::function<void(const Generation&)> done)
      : sequence_(std::move(sequence)),
        diffusion_(diffusion),
        config_(config),
        times_(times),
        draws_(std::move(draws)),
        done_(std::move(done)) {}

  std::optional<RowGroup> next() override {
    if (!wanted_.empty()) return std::nullopt;
    for (; step_ < config_.steps; ++step_) {
      const auto masked = sequence_.masked();
      if (masked.empty()) return std::nullopt;
      plan(masked);
      if (wanted_.empty()) continue;
      ++forwards_;
      return sequence_.ask(wanted_);
    }
    return std::nullopt;
  }

  void see(std::int64_t first, const at::Tensor& all_logits) override {
    const auto logits = without_mask(all_logits, diffusion_);
    const TokenDraws draws{
        .uniforms =
            [&](std::int64_t row, std::span<const std::int64_t> tokens, std::span<double> out) {
              draws_.noise(step_, wanted_[static_cast<std::size_t>(first + row)], tokens, out);
            },
        .margin = draws_.margin};
    const auto tokens = choose_tokens(logits, config_.temperature, draws);
    const auto confidences = ranks(config_.sampler) ? log_confidences(logits, tokens)
                                                    : std::vector<double>(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      candidates_.push_back({.position = wanted_[static_cast<std::size_t>(first) + i],
                             .token = tokens[i],
                             .log_confidence = confidences[i]});
    }
    if (candidates_.size() == wanted_.size()) commit();
  }

  void finish() override { done_({.output_ids = std::move(sequence_.ids), .forwards = forwards_}); }

 private:
  /// Sets the positions whose tokens this step needs, and how many of them it reveals.
  void plan(const std::vector<std::size_t>& masked) {
    const auto share = revealed_share(times_, step_);
    switch (config_.sampler) {
      case Sampler::confidence:
        revealed_ = static_cast<std::size_t>(
            revealed_count(static_cast<std::int64_t>(masked.size()), share));
        if (revealed_ > 0) wanted_ = masked;
        return;
      case Sampler::ancestral:
        for (const auto position : masked) {
          if (draws_.choice(step_, position) < share) wanted_.push_back(position);
        }
        revealed_ = wanted_.size();
        return;
    }
    throw std::invalid_argument("a sampler that reveals nothing");
  }

  void commit() {
    for (const auto& chosen : most_confident(std::exchange(candidates_, {}), revealed_)) {
      sequence_.ids[chosen.position] = chosen.token;
    }
    wanted_.clear();
    ++step_;
  }

  MaskedSequence sequence_;
  const MaskedDiffusion& diffusion_;
  const UnmaskingConfig& config_;
  const std::vector<float>& times_;
  UnmaskingDraws draws_;
  std::function<void(const Generation&)> done_;
  std::int64_t step_ = 0;
  std::int64_t forwards_ = 0;
  std::vector<std::size_t> wanted_;  ///< asked for in this step; empty between steps
  std::size_t revealed_ = 0;
  std::vector<Candidate> candidates_;
};

void check_config(const ModelInfo& info, const UnmaskingConfig& config) {
  require_masked_diffusion(info, "sampling by unmasking");
  check_guidance(info, config.cfg);
  check_temperature(config.temperature);
  check_seed(config.seed);
  check_limits(config.packing);
  check_total_length(info, config.total_length);
}

}  // namespace

UnmaskingDraws unmasking_draws(std::uint64_t seed,
                               std::span<const std::int64_t> prompt,
                               std::int64_t vocab_tokens) {
  const RandomStream choice(seed, Purpose::unmask_choice, prompt);
  const RandomStream noise(seed, Purpose::unmask_token, prompt);
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
          .margin = RandomStream::kMargin};
}

void unmask(const LanguageModel& model,
            const NextPrompt& next,
            const UnmaskingConfig& config,
            const GenerationDone& done) {
  const auto& info = model.info();
  check_config(info, config);
  const auto times = diffusion_times(config.steps);
  const auto& diffusion = std::get<MaskedDiffusion>(info.objective);
  const OpenLogitsSource open_next = [&]() -> std::unique_ptr<LogitsSource> {
    auto prompt = next();
    if (!prompt) return nullptr;
    const auto index = prompt->index;
    const auto context = prompt->ids.size();
    MaskedSequence sequence{.ids = std::move(prompt->ids),
                            .given = {{.begin = 0, .end = context}},
                            .mask_id = diffusion.mask_id,
                            .cfg = prompt->cfg};
    sequence.ids.resize(static_cast<std::size_t>(config.total_length), diffusion.mask_id);
    return std::make_unique<Document>(
        std::move(sequence), diffusion, config, times, std::move(prompt->draws),
        [&done, index](const Generation& generation) { done(index, generation); });
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
