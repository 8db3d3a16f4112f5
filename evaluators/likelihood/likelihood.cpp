// Turns questions into sources of rows: one for each request under `mc`, `chain-rule` and ranking
// scores, one for requests with one context under teacher forcing, one for a whole question of the
// estimators by subsets. The same sources run without a model to count work. Greedy verdicts of
// masked diffusion models need forwards of another kind and come in a second pass.
#include "evaluators/likelihood/likelihood.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/numbers/random.hpp"
#include "evaluators/likelihood/greedy_verdict.hpp"
#include "evaluators/rows/checks.hpp"
#include "evaluators/rows/guidance.hpp"
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
  } else if (const auto* orders = std::get_if<Orders>(&estimator)) {
    require_masked_diffusion(info, Orders::kName);
    check_subset_config(*orders);
  } else if (const auto* duel = std::get_if<Duel>(&estimator)) {
    require_masked_diffusion(info, Duel::kName);
    check_duel(*duel);
  } else if (const auto* ranking = std::get_if<RankingScore>(&estimator)) {
    check_ranking_score(info, *ranking);
  } else {
    require_autoregressive(info, "exact likelihood by teacher forcing");
  }
}

/// A question whose requests are estimated one by one: it is done when the last of them is.
class Gathering {
 public:
  Gathering(std::size_t index, std::size_t requests, const QuestionDone& done)
      : index_(index), left_(requests), estimates_(requests), done_(done) {}

  void take(std::size_t request, const Estimate& estimate) {
    estimates_[request] = estimate;
    if (--left_ == 0) done_(index_, std::move(estimates_));
  }

 private:
  std::size_t index_;
  std::size_t left_;
  std::vector<Estimate> estimates_;
  const QuestionDone& done_;
};

/// Opens the sources of an evaluation one after the other.
class Opener {
 public:
  /// @param done  outlives the sources, and so do the questions
  Opener(const ModelInfo& info,
         std::span<const TokenQuestion> questions,
         const LikelihoodConfig& config,
         const QuestionDone& done)
      : info_(info), questions_(questions), config_(config), done_(done) {}

  std::unique_ptr<ScoreSource> operator()() {
    while (question_ < questions_.size() && questions_[question_].empty()) {
      done_(question_++, {});
    }
    if (question_ == questions_.size()) return nullptr;
    if (request_ == 0)
      gathering_ = std::make_shared<Gathering>(question_, questions_[question_].size(), done_);
    return std::visit([this](const auto& estimator) { return source_of(estimator); },
                      config_.estimator);
  }

 private:
  std::unique_ptr<ScoreSource> source_of(const MonteCarlo& estimator) {
    const auto& request = questions_[question_][request_];
    auto content = request.context;
    if (estimator.draws_of == DrawsOf::whole_request) {
      content.insert(content.end(), request.continuation.begin(), request.continuation.end());
      content.insert(content.end(), request.suffix.begin(), request.suffix.end());
    }
    const auto draws = monte_carlo_draws(config_.seed, content);
    return monte_carlo_source(one_request(), estimator, draws);
  }

  std::unique_ptr<ScoreSource> source_of(const ChainRule& /*estimator*/) {
    return chain_rule_source(one_request());
  }

  std::unique_ptr<ScoreSource> source_of(const RankingScore& estimator) {
    return ranking_score_source(one_request(), estimator);
  }

  std::unique_ptr<ScoreSource> source_of(const TeacherForcing& estimator) {
    const auto left = questions_[question_].subspan(request_);
    const auto count = requests_with_one_context(left);
    return teacher_forcing_source(left.first(count),
                                  estimator.one_bfloat16 ? sum_type(info_) : SumType::f64,
                                  config_.greedy ? WithArgmax::yes : WithArgmax::no, taken(count));
  }

  std::unique_ptr<ScoreSource> source_of(const ExactSum& estimator) {
    return open_question([&](const TokenRequest& request) {
      return exact_sum(request.continuation.size(), estimator);
    });
  }

  // Draws of a question belong to its context, so that its choices hide the same tokens and the
  // differences between them vary less.
  std::unique_ptr<ScoreSource> source_of(const FixedCount& estimator) {
    const FixedCountDraws draws(config_.seed, questions_[question_].front().context);
    return open_question([&](const TokenRequest& request) {
      return fixed_count(request.continuation.size(), estimator, draws);
    });
  }

  std::unique_ptr<ScoreSource> source_of(const Balanced& estimator) {
    const auto draws = balanced_draws(config_.seed, questions_[question_].front().context);
    return open_question([&](const TokenRequest& request) {
      return balanced(request.continuation.size(), request.context.size(), estimator, draws);
    });
  }

  std::unique_ptr<ScoreSource> source_of(const Orders& estimator) {
    const auto draws = order_draws(config_.seed, questions_[question_].front().context);
    return open_question([&](const TokenRequest& request) {
      return random_orders(request.continuation.size(), estimator, draws);
    });
  }

  std::unique_ptr<ScoreSource> source_of(const Duel& estimator) {
    return duel_cost(one_request(), estimator);  // scores come from logits: see duel_all()
  }

  /// @param make  the estimator of one request
  template <typename Make>
  std::unique_ptr<ScoreSource> open_question(const Make& make) {
    const auto requests = questions_[question_];
    std::vector<std::unique_ptr<SubsetEstimator>> estimators;
    estimators.reserve(requests.size());
    for (const auto& request : requests) estimators.push_back(make(request));
    return subset_source(question_rows(info_, requests, config_.cfg),
                         independent_plan(std::move(estimators)), taken(requests.size()));
  }

  Scoring one_request() {
    const auto* request = &questions_[question_][request_];
    const auto take = taken(1);
    return {.request = request,
            .mask_id = std::get<MaskedDiffusion>(info_.objective).mask_id,
            .cfg = config_.cfg,
            .sum = sum_type(info_),
            .done = [take](const Estimate& estimate) { take(0, estimate); }};
  }

  /// Goes on behind the next `count` requests; what comes of them is gathered.
  std::function<void(std::size_t, const Estimate&)> taken(std::size_t count) {
    const auto first = request_;
    request_ += count;
    if (request_ == questions_[question_].size()) {
      ++question_;
      request_ = 0;
    }
    return [gathering = gathering_, first](std::size_t i, const Estimate& estimate) {
      gathering->take(first + i, estimate);
    };
  }

  ModelInfo info_;
  std::span<const TokenQuestion> questions_;
  const LikelihoodConfig& config_;
  const QuestionDone& done_;
  std::size_t question_ = 0;              ///< the one that is opened next, and its first request
  std::size_t request_ = 0;               ///< that has no source yet
  std::shared_ptr<Gathering> gathering_;  ///< of that question
};

/// Values under a sampler's policy, which looks at logits.
void duel_all(const LanguageModel& model,
              std::span<const TokenQuestion> questions,
              const Duel& duel,
              const LikelihoodConfig& config,
              const QuestionDone& done) {
  std::vector<const TokenRequest*> requests;
  std::vector<std::pair<std::shared_ptr<Gathering>, std::size_t>> places;
  for (std::size_t q = 0; q < questions.size(); ++q) {
    if (questions[q].empty()) done(q, {});
    const auto gathering = std::make_shared<Gathering>(q, questions[q].size(), done);
    for (std::size_t i = 0; i < questions[q].size(); ++i) {
      requests.push_back(&questions[q][i]);
      places.emplace_back(gathering, i);
    }
  }
  duel_likelihoods(model, requests, duel, config.cfg, config.packing,
                   [&](std::size_t k, const Estimate& estimate) {
                     places[k].first->take(places[k].second, estimate);
                   });
}

/// Whether all subsets of a target may come to be computed.
bool may_enumerate(const Estimator& estimator, std::size_t length) {
  if (std::holds_alternative<ExactSum>(estimator)) return true;
  if (const auto* orders = std::get_if<Orders>(&estimator)) return may_enumerate(length, *orders);
  const auto* balanced = std::get_if<Balanced>(&estimator);
  if (balanced == nullptr) return false;
  return balanced->target_error || subset_count(length) <= first_rows(*balanced);
}

/// Values of policies need the ranks of all subsets' rows. They cost a pass over the vocabulary for
/// each position, which is spared where no target is enumerated.
WithRanks ranks_for(const Estimator& estimator, std::span<const TokenQuestion> questions) {
  const bool needed = std::ranges::any_of(questions, [&](const TokenQuestion& question) {
    return std::ranges::any_of(question, [&](const TokenRequest& request) {
      return may_enumerate(estimator, request.continuation.size());
    });
  });
  return needed ? WithRanks::yes : WithRanks::no;
}

void estimate_all(const LanguageModel& model,
                  std::span<const TokenQuestion> questions,
                  const LikelihoodConfig& config,
                  const QuestionDone& done) {
  if (const auto* duel = std::get_if<Duel>(&config.estimator)) {
    duel_all(model, questions, *duel, config, done);
    return;
  }
  Opener opener(model.info(), questions, config, done);
  const auto with_argmax = config.greedy && std::holds_alternative<TeacherForcing>(config.estimator)
                               ? WithArgmax::yes
                               : WithArgmax::no;
  run_sources(model, std::ref(opener), config.packing, with_argmax,
              ranks_for(config.estimator, questions));
}

/// How many questions at the front have a few hundred requests together.
std::size_t some_questions(std::span<const TokenQuestion> questions) {
  constexpr std::size_t kRequestsAtOnce = 256;
  std::size_t count = 0;
  for (std::size_t requests = 0; count < questions.size() && requests < kRequestsAtOnce; ++count)
    requests += questions[count].size();
  return count;
}

/// Greedy verdicts of some questions, added to their estimates.
void add_verdicts(const LanguageModel& model,
                  std::span<const TokenQuestion> questions,
                  const LikelihoodConfig& config,
                  std::vector<std::vector<Estimate>> estimates,
                  const QuestionDone& done) {
  std::vector<const TokenRequest*> requests;
  std::vector<std::pair<std::size_t, std::size_t>> places;
  std::vector<std::size_t> left;
  for (std::size_t q = 0; q < questions.size(); ++q) {
    for (std::size_t i = 0; i < questions[q].size(); ++i) {
      requests.push_back(&questions[q][i]);
      places.emplace_back(q, i);
    }
    left.push_back(questions[q].size());
    if (questions[q].empty()) done(q, {});
  }
  greedy_verdicts(model, requests, config.cfg, config.packing,
                  [&](std::size_t k, const GreedyVerdict& verdict) {
                    const auto [q, i] = places[k];
                    auto& estimate = estimates[q][i];
                    estimate.is_greedy = verdict.is_greedy;
                    estimate.rows += verdict.rows;
                    estimate.tokens += verdict.tokens;
                    if (--left[q] == 0) done(q, std::move(estimates[q]));
                  });
}

/// Estimates and greedy verdicts of a masked diffusion model, a few hundred requests at a time, so
/// that finished questions are reported early: verdicts need another kind of forward.
void estimate_with_verdicts(const LanguageModel& model,
                            std::span<const TokenQuestion> questions,
                            const LikelihoodConfig& config,
                            const QuestionDone& done) {
  for (std::size_t first = 0; first < questions.size();) {
    const auto some = questions.subspan(first, some_questions(questions.subspan(first)));
    std::vector<std::vector<Estimate>> estimates(some.size());
    estimate_all(model, some, config, [&](std::size_t q, std::vector<Estimate> of_question) {
      estimates[q] = std::move(of_question);
    });
    add_verdicts(model, some, config, std::move(estimates),
                 [&](std::size_t q, std::vector<Estimate> of_question) {
                   done(first + q, std::move(of_question));
                 });
    first += some.size();
  }
}

void check_settings(const ModelInfo& info, const LikelihoodConfig& config) {
  check_estimator(info, config.estimator);
  check_guidance(info, config.cfg);
  check_seed(config.seed);
  check_limits(config.packing);
}

/// What greedy verdicts cost that end with their first row.
void add_verdict_costs(std::span<const TokenQuestion> questions,
                       double cfg,
                       std::span<RowCost> costs) {
  for (std::size_t q = 0; q < questions.size(); ++q) {
    for (const auto& request : questions[q]) {
      const bool given = request.tokens() > request.continuation.size();
      const auto rows = cfg == 0.0 || !given ? 1 : 2;
      costs[q].rows += rows;
      costs[q].tokens += rows * static_cast<std::int64_t>(request.tokens());
    }
  }
}

/// What a prefill gives where nothing is computed.
class NoPrefix final : public Prefix {
 public:
  [[nodiscard]] std::int64_t tokens() const override { return 0; }
};

}  // namespace

void check_enumerable(TokenQuestion question, const Estimator& estimator) {
  const auto* exact = std::get_if<ExactSum>(&estimator);
  if (exact == nullptr) return;
  for (const auto& request : question) check_enumerable(request.continuation.size(), *exact);
}

void score(const LanguageModel& model,
           std::span<const TokenQuestion> questions,
           const LikelihoodConfig& config,
           const QuestionDone& done) {
  check_settings(model.info(), config);
  for (const auto& question : questions) check_enumerable(question, config.estimator);
  if (config.greedy && std::holds_alternative<MaskedDiffusion>(model.info().objective)) {
    estimate_with_verdicts(model, questions, config, done);
  } else {
    estimate_all(model, questions, config, done);
  }
}

std::vector<RowCost> count_work(const ModelInfo& info,
                                std::span<const TokenQuestion> questions,
                                const LikelihoodConfig& config) {
  check_settings(info, config);
  for (const auto& question : questions) check_enumerable(question, config.estimator);
  std::vector<RowCost> works(questions.size());
  const QuestionDone done = [&](std::size_t q, const std::vector<Estimate>& estimates) {
    for (const auto& estimate : estimates) {
      works[q].rows += estimate.rows;
      works[q].tokens += estimate.tokens;
    }
  };
  Opener opener(info, questions, config, done);
  const auto none = std::make_shared<NoPrefix>();
  const auto answer = [&](const RowGroup& forward) {
    TokenScores scores;
    scores.log_p.assign(forward.tokens.size(), -1.0);
    if (config.greedy) scores.argmax.assign(forward.tokens.size(), 0);
    if (!forward.rows.keep.empty()) scores.prefixes.assign(forward.rows.rows(), none);
    return scores;
  };
  // Nothing is computed, so forwards may hold as much as they like.
  constexpr PackingLimits kLarge{.rows_per_forward = 1 << 14, .tokens_per_forward = 1 << 22};
  run_sources(answer, std::ref(opener), kLarge);
  if (config.greedy && std::holds_alternative<MaskedDiffusion>(info.objective))
    add_verdict_costs(questions, config.cfg, works);
  return works;
}

std::vector<TokenQuestion> single_questions(std::span<const TokenRequest> requests) {
  std::vector<TokenQuestion> questions;
  questions.reserve(requests.size());
  for (const auto& request : requests) questions.emplace_back(&request, 1);
  return questions;
}

std::vector<Estimate> score(const LanguageModel& model,
                            std::span<const TokenRequest> requests,
                            const LikelihoodConfig& config) {
  std::vector<Estimate> estimates(requests.size());
  score(model, single_questions(requests), config,
        [&](std::size_t i, const std::vector<Estimate>& one) { estimates[i] = one.front(); });
  return estimates;
}

}  // namespace smdm
