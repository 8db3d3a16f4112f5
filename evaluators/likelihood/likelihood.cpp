#include "evaluators/likelihood/likelihood.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/numbers/random.hpp"
#include "evaluators/likelihood/greedy_verdict.hpp"
#include "evaluators/rows/checks.hpp"
#include "evaluators/rows/guidance.hpp"
#include "evaluators/rows/request_checks.hpp"
#include "evaluators/subsets/question.hpp"

namespace smdm {
namespace {

void check_estimator(const ModelInfo& info, const Estimator& estimator) {
  if (const auto* config = std::get_if<MonteCarlo>(&estimator)) {
    require_masked_diffusion(info, MonteCarlo::kName);
    check_monte_carlo(*config);
  } else if (std::holds_alternative<ChainRule>(estimator)) {
    require_masked_diffusion(info, ChainRule::kName);
  } else if (const auto* exact = std::get_if<ExactSum>(&estimator)) {
    require_masked_diffusion(info, ExactSum::kName);
    check_subset_config(*exact);
  } else if (const auto* fixed = std::get_if<FixedCount>(&estimator)) {
    require_masked_diffusion(info, FixedCount::kName);
    check_subset_config(*fixed);
  } else if (const auto* balanced = std::get_if<Balanced>(&estimator)) {
    require_masked_diffusion(info, Balanced::kName);
    check_subset_config(*balanced);
  } else {
    require_autoregressive(info, "exact likelihood by teacher forcing");
  }
}

void check_subsets(std::span<const TokenRequest> requests, const Estimator& estimator) {
  const auto* exact = std::get_if<ExactSum>(&estimator);
  if (exact == nullptr) return;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    try {
      check_enumerable(requests[i].continuation.size(), *exact);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("request " + std::to_string(i) + ": " + error.what());
    }
  }
}

/// How many requests at the front share a context and so may share rows. Limited by a constant, so
/// that what is computed and counted depends on the requests alone.
std::size_t question_size(std::span<const TokenRequest> requests) {
  constexpr std::size_t kMost = 64;
  const auto most = std::min(kMost, requests.size());
  std::size_t count = 1;
  while (count < most && requests[count].context == requests.front().context) ++count;
  return count;
}

/// Opens the sources of an evaluation one after the other.
class Opener {
 public:
  Opener(const ModelInfo& info,
         std::span<const TokenRequest> requests,
         const LikelihoodConfig& config,
         const EstimateDone& done)
      : info_(info), requests_(requests), config_(config), done_(done) {}

  std::unique_ptr<ScoreSource> operator()() {
    if (next_ == requests_.size()) return nullptr;
    return std::visit([this](const auto& estimator) { return open(estimator); }, config_.estimator);
  }

 private:
  std::unique_ptr<ScoreSource> open(const MonteCarlo& estimator) {
    const auto& request = requests_[next_];
    auto content = request.context;
    if (estimator.draws_of == DrawsOf::whole_request) {
      content.insert(content.end(), request.continuation.begin(), request.continuation.end());
    }
    const auto draws = monte_carlo_draws(config_.seed, content);
    return monte_carlo_source(one_request(), estimator, draws);
  }

  std::unique_ptr<ScoreSource> open(const ChainRule& /*estimator*/) {
    return chain_rule_source(one_request());
  }

  std::unique_ptr<ScoreSource> open(const TeacherForcing& estimator) {
    const auto first = next_;
    const auto count = requests_with_one_context(requests_.subspan(first));
    next_ += count;
    return teacher_forcing_source(
        requests_.subspan(first, count), estimator.one_bfloat16 ? info_.compute : ComputeType::f32,
        config_.greedy ? WithArgmax::yes : WithArgmax::no,
        [this, first](std::size_t i, const Estimate& estimate) { done_(first + i, estimate); });
  }

  std::unique_ptr<ScoreSource> open(const ExactSum& estimator) {
    return open_question([&](const TokenRequest& request) {
      return exact_sum(request.continuation.size(), estimator);
    });
  }

  std::unique_ptr<ScoreSource> open(const FixedCount& estimator) {
    const FixedCountDraws draws(config_.seed, requests_[next_].context);
    return open_question([&](const TokenRequest& request) {
      return fixed_count(request.continuation.size(), estimator, draws);
    });
  }

  std::unique_ptr<ScoreSource> open(const Balanced& estimator) {
    const auto draws = balanced_draws(config_.seed, requests_[next_].context);
    return open_question([&](const TokenRequest& request) {
      return balanced(request.continuation.size(), request.context.size(), estimator, draws);
    });
  }

  /// @param make  the estimator of one request
  template <typename Make>
  std::unique_ptr<ScoreSource> open_question(const Make& make) {
    const auto first = next_;
    const auto count = question_size(requests_.subspan(first));
    next_ += count;
    const auto own = requests_.subspan(first, count);
    std::vector<std::unique_ptr<SubsetEstimator>> estimators;
    estimators.reserve(count);
    for (const auto& request : own) estimators.push_back(make(request));
    return subset_source(
        {.requests = own,
         .mask_id = std::get<MaskedDiffusion>(info_.objective).mask_id,
         .cfg = config_.cfg,
         .max_tokens = info_.max_tokens},
        independent_plan(std::move(estimators)),
        [this, first](std::size_t i, const Estimate& estimate) { done_(first + i, estimate); });
  }

  Scoring one_request() {
    const auto index = next_++;
    return {.request = &requests_[index],
            .mask_id = std::get<MaskedDiffusion>(info_.objective).mask_id,
            .cfg = config_.cfg,
            .compute = info_.compute,
            .done = [this, index](const Estimate& estimate) { done_(index, estimate); }};
  }

  ModelInfo info_;
  std::span<const TokenRequest> requests_;
  const LikelihoodConfig& config_;
  const EstimateDone& done_;
  std::size_t next_ = 0;
};

void estimate_all(const LanguageModel& model,
                  std::span<const TokenRequest> requests,
                  const LikelihoodConfig& config,
                  const EstimateDone& done) {
  Opener opener(model.info(), requests, config, done);
  const auto with_argmax = config.greedy && std::holds_alternative<TeacherForcing>(config.estimator)
                               ? WithArgmax::yes
                               : WithArgmax::no;
  run_sources(model, std::ref(opener), config.packing, with_argmax);
}

/// Estimates and greedy verdicts of a masked diffusion model, a few hundred requests at a time, so
/// that finished ones are reported early.
void estimate_with_verdicts(const LanguageModel& model,
                            std::span<const TokenRequest> requests,
                            const LikelihoodConfig& config,
                            const EstimateDone& done) {
  constexpr std::size_t kRequestsAtOnce = 256;
  for (std::size_t first = 0; first < requests.size(); first += kRequestsAtOnce) {
    const auto some = requests.subspan(first, std::min(kRequestsAtOnce, requests.size() - first));
    std::vector<Estimate> estimates(some.size());
    estimate_all(model, some, config,
                 [&](std::size_t i, const Estimate& estimate) { estimates[i] = estimate; });
    greedy_verdicts(model, some, config.cfg, config.packing,
                    [&](std::size_t i, const GreedyVerdict& verdict) {
                      estimates[i].is_greedy = verdict.is_greedy;
                      estimates[i].rows += verdict.rows;
                      estimates[i].tokens += verdict.tokens;
                      done(first + i, estimates[i]);
                    });
  }
}

void check_all(const ModelInfo& info,
               std::span<const TokenRequest> requests,
               const LikelihoodConfig& config) {
  check_estimator(info, config.estimator);
  check_guidance(info, config.cfg);
  check_seed(config.seed);
  check_limits(config.packing);
  for (std::size_t i = 0; i < requests.size(); ++i) check_request(info, requests[i], i);
  check_subsets(requests, config.estimator);
}

class NoPrefix final : public Prefix {
 public:
  [[nodiscard]] std::int64_t tokens() const override { return 0; }
};

}  // namespace

void score(const LanguageModel& model,
           std::span<const TokenRequest> requests,
           const LikelihoodConfig& config,
           const EstimateDone& done) {
  const auto& info = model.info();
  check_all(info, requests, config);
  if (config.greedy && std::holds_alternative<MaskedDiffusion>(info.objective)) {
    estimate_with_verdicts(model, requests, config, done);
  } else {
    estimate_all(model, requests, config, done);
  }
}

std::vector<Estimate> count_work(const ModelInfo& info,
                                 std::span<const TokenRequest> requests,
                                 const LikelihoodConfig& config) {
  check_all(info, requests, config);
  std::vector<Estimate> estimates(requests.size());
  const EstimateDone done = [&](std::size_t i, const Estimate& estimate) {
    estimates[i] = estimate;
  };
  Opener opener(info, requests, config, done);
  const auto none = std::make_shared<NoPrefix>();
  const auto answer = [&](const RowGroup& forward) {
    TokenScores scores;
    scores.log_p.assign(forward.tokens.size(), -1.0F);
    if (config.greedy) scores.argmax.assign(forward.tokens.size(), 0);
    if (!forward.rows.keep.empty()) scores.prefixes.assign(forward.rows.rows(), none);
    return scores;
  };
  // Nothing is computed, so forwards may hold as much as they like.
  constexpr PackingLimits kLarge{.rows_per_forward = 1 << 14, .tokens_per_forward = 1 << 22};
  run_sources(answer, std::ref(opener), kLarge);
  if (config.greedy && std::holds_alternative<MaskedDiffusion>(info.objective)) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const auto rows = config.cfg == 0.0 || requests[i].context.empty() ? 1 : 2;
      const auto& [context, continuation] = requests[i];
      estimates[i].rows += rows;
      estimates[i].tokens += rows * static_cast<std::int64_t>(context.size() + continuation.size());
    }
  }
  return estimates;
}

std::vector<Estimate> score(const LanguageModel& model,
                            std::span<const TokenRequest> requests,
                            const LikelihoodConfig& config) {
  std::vector<Estimate> estimates(requests.size());
  score(model, requests, config,
        [&](std::size_t i, const Estimate& estimate) { estimates[i] = estimate; });
  return estimates;
}

}  // namespace smdm
