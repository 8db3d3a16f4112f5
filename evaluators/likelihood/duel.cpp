// A request goes the way of a generation whose tokens are known beforehand: the same policy says
// what comes next, and the true tokens are revealed in place of drawn ones.
#include "evaluators/likelihood/duel.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "evaluators/generation/policies/policy.hpp"
#include "evaluators/rows/checks.hpp"
#include "evaluators/rows/logits_source.hpp"
#include "evaluators/rows/masked_sequence.hpp"

namespace smdm {
namespace {

/// The policy of a request, none of which draws anything.
std::unique_ptr<Policy> policy_of(PolicyConfig config, std::span<const std::size_t> hidden) {
  if (config.steps == 0 && config.sampler == Sampler::dream)
    config.steps = std::max<std::int64_t>(std::ssize(hidden), 1);
  return make_policy(config, hidden, {});
}

std::vector<std::size_t> target_positions(const TokenRequest& request) {
  std::vector<std::size_t> positions(request.continuation.size());
  std::iota(positions.begin(), positions.end(), request.context.size());
  return positions;
}

class DuelSource final : public LogitsSource {
 public:
  DuelSource(const TokenRequest& request,
             const MaskedDiffusion& diffusion,
             const Duel& config,
             double cfg,
             std::function<void(const Estimate&)> done)
      : request_(request),
        sequence_(masked_target(request, diffusion.mask_id, cfg)),
        hidden_(target_positions(request)),
        policy_(policy_of(config.policy, hidden_)),
        reader_(config.tokens,
                {},
                diffusion,
                policy_->needs(),
                config.policy.sampler == Sampler::dream),
        done_(std::move(done)) {
    estimate_.bound = Bound::sampler;
  }

  std::optional<RowGroup> next() override {
    if (!step_.wanted.empty() || hidden_.empty() || std::isinf(estimate_.nats)) return std::nullopt;
    auto step = policy_->next(hidden_);
    if (!step) return std::nullopt;
    step_ = std::move(*step);
    auto group = sequence_.ask(step_.wanted);
    add_cost(estimate_, group);
    return group;
  }

  void see(std::int64_t first, const at::Tensor& logits) override {
    const auto positions =
        std::span(step_.wanted)
            .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(logits.size(0)));
    std::vector<std::int64_t> tokens;
    tokens.reserve(positions.size());
    for (const auto position : positions)
      tokens.push_back(request_.continuation[position - request_.context.size()]);
    const auto judged = reader_.judge(logits, tokens, positions);
    candidates_.insert(candidates_.end(), judged.begin(), judged.end());
    if (candidates_.size() == step_.wanted.size()) reveal();
  }

  void finish() override { done_(estimate_); }

 private:
  /// In the order of the positions, so that the sum does not depend on how they were ranked.
  void reveal() {
    auto chosen = policy_->choose(candidates_);
    std::ranges::sort(chosen);
    for (const auto index : chosen) {
      const auto& one = candidates_[index];
      estimate_.nats += one.log_confidence;
      sequence_.ids[one.position] = one.token;
      std::erase(hidden_, one.position);
    }
    candidates_.clear();
    step_.wanted.clear();
  }

  const TokenRequest& request_;
  MaskedSequence sequence_;
  std::vector<std::size_t> hidden_;
  std::unique_ptr<Policy> policy_;
  TokenReader reader_;
  std::function<void(const Estimate&)> done_;
  PolicyStep step_;  ///< what is asked for; wants nothing between steps
  std::vector<Candidate> candidates_;
  Estimate estimate_;
};

class CostSource final : public ScoreSource {
 public:
  CostSource(Scoring scoring, const Duel& config) : scoring_(std::move(scoring)), config_(config) {}

  std::optional<RowGroup> next() override { return std::nullopt; }
  void take(const Scores& /*scores*/) override {}

  void finish() override {
    Estimate estimate;
    estimate.bound = Bound::sampler;
    auto hidden = target_positions(*scoring_.request);
    const auto policy = policy_of(config_.policy, hidden);
    const auto sequence = masked_target(*scoring_.request, scoring_.mask_id, scoring_.cfg);
    while (auto step = policy->next(hidden)) {
      add_cost(estimate, sequence.ask(step->wanted));
      const std::vector<Candidate> alike(step->wanted.size());
      for (const auto index : policy->choose(alike)) std::erase(hidden, step->wanted[index]);
      if (hidden.empty()) break;
    }
    scoring_.done(estimate);
  }

 private:
  Scoring scoring_;
  Duel config_;
};

}  // namespace

void check_duel(const Duel& config) {
  check_policy(config.policy);
  check_token_rule(config.tokens);
  if (config.tokens.keeps_mask)
    throw std::invalid_argument("duel: wanted a sampler that never draws the mask, got keeps_mask");
  const auto* reason = why_no_likelihood(config.policy);
  if (reason == nullptr) return;
  throw std::invalid_argument(std::string("duel: wanted a sampler whose positions follow from the "
                                          "logits alone, got ") +
                              name_of(kAllSamplers, config.policy.sampler) + ": " + reason);
}

void duel_likelihoods(const LanguageModel& model,
                      std::span<const TokenRequest* const> requests,
                      const Duel& config,
                      double cfg,
                      const PackingLimits& limits,
                      const std::function<void(std::size_t, const Estimate&)>& done) {
  const auto& diffusion = require_masked_diffusion(model.info(), Duel::kName);
  std::size_t opened = 0;
  const OpenLogitsSource open_next = [&]() -> std::unique_ptr<LogitsSource> {
    if (opened == requests.size()) return nullptr;
    const auto index = opened++;
    return std::make_unique<DuelSource>(
        *requests[index], diffusion, config, cfg,
        [&done, index](const Estimate& estimate) { done(index, estimate); });
  };
  run_sources(model, open_next, limits);
}

std::unique_ptr<ScoreSource> duel_cost(Scoring scoring, const Duel& config) {
  return std::make_unique<CostSource>(std::move(scoring), config);
}

}  // namespace smdm
