// Each document commits one token a forward. It asks for the logits of all positions that are still
// masked, keeps the best choice and asks again; it ends at the first token that is not the
// target's.
#include "evaluators/likelihood/greedy_verdict.hpp"

#include <numeric>
#include <utility>

#include "evaluators/generation/token_choice.hpp"
#include "evaluators/rows/checks.hpp"
#include "evaluators/rows/logits_source.hpp"
#include "evaluators/rows/masked_sequence.hpp"

namespace smdm {
namespace {

class VerdictSource final : public LogitsSource {
 public:
  VerdictSource(const TokenRequest& request,
                MaskedSequence sequence,
                std::function<void(const GreedyVerdict&)> done)
      : target_(request.continuation),
        sequence_(std::move(sequence)),
        context_(request.context.size()),
        unknown_(target_.size()),
        done_(std::move(done)) {
    std::iota(unknown_.begin(), unknown_.end(), context_);
  }

  std::optional<RowGroup> next() override {
    if (waiting_ || missed_ || unknown_.empty()) return std::nullopt;
    waiting_ = true;
    auto group = sequence_.ask(unknown_);
    verdict_.rows += static_cast<std::int64_t>(group.rows.rows());
    verdict_.tokens += group.rows.tokens();
    return group;
  }

  void see(std::int64_t first, const at::Tensor& logits) override {
    const auto tokens = choose_tokens(logits, /*temperature=*/0.0, {});
    const auto confidences = log_confidences(logits, tokens);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      candidates_.push_back({.position = unknown_[static_cast<std::size_t>(first) + i],
                             .token = tokens[i],
                             .log_confidence = confidences[i]});
    }
    if (candidates_.size() == unknown_.size()) commit_best();
  }

  void finish() override {
    verdict_.is_greedy = !missed_;
    done_(verdict_);
  }

 private:
  void commit_best() {
    const auto best = most_confident(std::exchange(candidates_, {}), 1).front();
    sequence_.ids[best.position] = best.token;
    missed_ = best.token != target_[best.position - context_];
    std::erase(unknown_, best.position);
    waiting_ = false;
  }

  std::span<const std::int64_t> target_;
  MaskedSequence sequence_;
  std::size_t context_;               ///< tokens in front of the target
  std::vector<std::size_t> unknown_;  ///< positions not yet committed, increasing
  std::function<void(const GreedyVerdict&)> done_;
  std::vector<Candidate> candidates_;
  bool waiting_ = false;
  bool missed_ = false;  ///< a committed token differs from the target
  GreedyVerdict verdict_;
};

}  // namespace

void greedy_verdicts(const LanguageModel& model,
                     std::span<const TokenRequest* const> requests,
                     double cfg,
                     const PackingLimits& limits,
                     const std::function<void(std::size_t, const GreedyVerdict&)>& done) {
  const auto mask_id = require_masked_diffusion(model.info(), "greedy verdict").mask_id;
  std::size_t opened = 0;
  const OpenLogitsSource open_next = [&]() -> std::unique_ptr<LogitsSource> {
    if (opened == requests.size()) return nullptr;
    const auto index = opened++;
    return std::make_unique<VerdictSource>(
        *requests[index], masked_target(*requests[index], mask_id, cfg),
        [&done, index](const GreedyVerdict& verdict) { done(index, verdict); });
  };
  run_sources(model, open_next, limits);
}

}  // namespace smdm
