// Ranking scores against their definitions, token by token, and what they are over all targets.
#include "evaluators/likelihood/ranking_score.hpp"

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "evaluators/likelihood/likelihood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm {
namespace {

using test::contains;
using test::FakeModel;
using Ids = std::vector<std::int64_t>;

constexpr std::int64_t kMask = 7;

std::vector<Estimate> scored(const LanguageModel& model,
                             ScoreKind kind,
                             const std::vector<TokenRequest>& requests,
                             double cfg = 0.0) {
  return score(model, requests, {.estimator = RankingScore{.kind = kind}, .cfg = cfg});
}

/// The score of a target by its definition: which of its tokens a row hides and which it scores.
double by_definition(const FakeModel& model,
                     ScoreKind kind,
                     const TokenRequest& request,
                     double cfg) {
  const auto& [context, target, suffix] = request;
  double sum = 0.0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (kind == ScoreKind::first_token && i > 0) break;
    Ids row = context;
    for (std::size_t j = 0; j < target.size(); ++j) {
      const bool alone = kind == ScoreKind::pseudo_likelihood;
      const bool shown = kind == ScoreKind::in_view || (alone && j != i);
      row.push_back(shown ? target[j] : kMask);
    }
    row.insert(row.end(), suffix.begin(), suffix.end());
    const auto log_p = model.log_p(row, context.size() + i, cfg, context.size(), suffix.size());
    sum += log_p[static_cast<std::size_t>(target[i])];
  }
  return sum;
}

/// The sum over all targets of two tokens of exp(score).
double sum_over_targets(const FakeModel& model, ScoreKind kind, double cfg) {
  std::vector<TokenRequest> requests;
  for (std::int64_t a = 0; a < 7; ++a) {
    for (std::int64_t b = 0; b < 7; ++b)
      requests.push_back({.context = {2}, .continuation = {a, b}});
  }
  double sum = 0.0;
  for (const auto& one : scored(model, kind, requests, cfg)) sum += std::exp(one.nats);
  return sum;
}

}  // namespace

TEST_CASE(
    "ranking scores are what their definitions say, guided or not, with and without a suffix") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const std::vector<TokenRequest> requests = {
      {.context = {1, 4}, .continuation = {3, 0, 6, 6}},
      {.context = {}, .continuation = {2, 5}},
      {.context = {1, 4}, .continuation = {3, 0, 6}, .suffix = {5, 5}},
      {.context = {6}, .continuation = {1}}};
  for (const auto& [name, kind] : kAllScoreKinds) {
    for (const double cfg : {0.0, 1.1}) {
      const auto estimates = scored(model, kind, requests, cfg);
      for (std::size_t i = 0; i < requests.size(); ++i) {
        INFO(name << ", request " << i << ", cfg " << cfg);
        const auto& one = estimates[i];
        CHECK(one.nats == Approx(by_definition(model, kind, requests[i], cfg)).epsilon(1e-5));
        CHECK(one.bound == Bound::score);
        CHECK_FALSE(one.standard_error.has_value());
        CHECK(one.folds.empty());
        CHECK_FALSE(one.values.has_value());
        const auto length = std::ssize(requests[i].continuation);
        const auto rows = kind == ScoreKind::pseudo_likelihood ? length : 1;
        const bool guided = cfg > 0.0 && requests[i].tokens() > requests[i].continuation.size();
        CHECK(one.rows == (guided ? 2 : 1) * rows);
        CHECK(one.tokens == one.rows * static_cast<std::int64_t>(requests[i].tokens()));
      }
    }
  }
}

TEST_CASE("of the scores only that of one step is a distribution over targets: a sampler's") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(3.0));
  for (const double cfg : {0.0, 0.7}) {
    CHECK(sum_over_targets(model, ScoreKind::one_step, cfg) == Approx(1.0).epsilon(1e-5));
    CHECK(sum_over_targets(model, ScoreKind::first_token, cfg) == Approx(7.0).epsilon(1e-5));
    CHECK(std::abs(sum_over_targets(model, ScoreKind::pseudo_likelihood, cfg) - 1.0) > 0.05);
    CHECK(std::abs(sum_over_targets(model, ScoreKind::in_view, cfg) - 1.0) > 0.05);
  }
  const std::vector<TokenRequest> requests = {{.context = {2}, .continuation = {3, 1, 0}}};
  const Duel at_once{.policy = {.sampler = Sampler::margin, .steps = 1}};
  CHECK(scored(model, ScoreKind::one_step, requests)[0].nats ==
        Approx(score(model, requests, {.estimator = at_once})[0].nats).epsilon(1e-6));
}

TEST_CASE("hidden alone, a target of one token has its likelihood") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const std::vector<TokenRequest> requests = {{.context = {1, 4}, .continuation = {3}}};
  const auto exact = score(model, requests, {.estimator = ExactSum{}})[0].nats;
  for (const auto kind :
       {ScoreKind::one_step, ScoreKind::pseudo_likelihood, ScoreKind::first_token})
    CHECK(scored(model, kind, requests)[0].nats == exact);
  CHECK(scored(model, ScoreKind::in_view, requests)[0].nats != exact);
}

TEST_CASE("ranking scores do not depend on the packing, and their cost is known beforehand") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  std::vector<TokenRequest> requests;
  for (std::int64_t i = 0; i < 5; ++i)
    requests.push_back(
        {.context = {i}, .continuation = Ids(static_cast<std::size_t>(i + 1), 6 - i)});
  for (const auto& [name, kind] : kAllScoreKinds) {
    for (const double cfg : {0.0, 0.5}) {
      INFO(name << ", cfg " << cfg);
      LikelihoodConfig config{.estimator = RankingScore{.kind = kind}, .cfg = cfg};
      const auto expected = score(model, requests, config);
      const auto counted = count_work(model.info(), single_questions(requests), config);
      for (const std::int64_t rows : {1, 3, 64}) {
        config.packing.rows_per_forward = rows;
        const auto got = score(model, requests, config);
        for (std::size_t i = 0; i < got.size(); ++i) {
          CHECK(got[i].nats == expected[i].nats);
          CHECK(got[i].rows == counted[i].rows);
          CHECK(got[i].tokens == counted[i].tokens);
        }
      }
    }
  }
}

TEST_CASE("scores are never rounded as the published chain rule is") {
  auto info = test::fake_masked_diffusion();
  info.compute = ComputeType::bf16;
  const FakeModel model(info, test::scrambled_logits(2.0));
  const std::vector<TokenRequest> requests = {
      {.context = {1, 4}, .continuation = {3, 0, 6, 1, 1, 5}}};
  for (const auto kind : {ScoreKind::one_step, ScoreKind::pseudo_likelihood}) {
    const auto nats = scored(model, kind, requests)[0].nats;
    CHECK(nats != round_sum(nats, SumType::bf16));
  }
}

TEST_CASE("models that have no such score are refused") {
  const auto refusal = [](const ModelInfo& info, ScoreKind kind) {
    const FakeModel model(info, test::scrambled_logits(2.0));
    return test::error_text<std::invalid_argument>(
        [&] { return scored(model, kind, {{.context = {1}, .continuation = {2}}}); });
  };
  auto subs = test::fake_masked_diffusion();
  subs.objective = MaskedDiffusion{.mask_id = kMask, .excludes_mask = true};
  for (const auto& [name, kind] : kAllScoreKinds) {
    INFO(name);
    CHECK(contains(refusal(test::fake_autoregressive(), kind),
                   std::string(name) + ": wanted a masked diffusion model"));
    CHECK(refusal(subs, kind).empty() == (kind != ScoreKind::in_view));
  }
  CHECK(contains(refusal(subs, ScoreKind::in_view), "in-view: under MDLM's SUBS rule"));
}

TEST_CASE("every name of a ranking score is known, and no other") {
  for (const auto& [name, kind] : kAllScoreKinds) CHECK(is_score_name(name));
  for (const auto* name : {"chain-rule", "duel", "exact", "", "one"})
    CHECK_FALSE(is_score_name(name));
}

}  // namespace smdm
