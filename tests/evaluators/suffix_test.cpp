// Text to the right of the target: shown in every row, never scored, hidden with the context where
// guidance hides, and whatever is estimated is the enumeration's value.
#include <cmath>
#include <vector>

#include "base/error.hpp"
#include "evaluators/generation/token_choice.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "evaluators/racing/race.hpp"
#include "evaluators/rows/checks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/exact_elbo.hpp"
#include "tests/support/fake_model.hpp"
#include "tests/support/questions.hpp"

namespace smdm {
namespace {

using test::FakeModel;
using Ids = std::vector<std::int64_t>;

FakeModel fake() {
  return {test::fake_masked_diffusion(), test::scrambled_logits(2.0)};
}

/// Choices of one question in front of the same suffix.
std::vector<TokenRequest> middles() {
  return {{.context = {1, 4, 2, 0, 5, 6, 3, 1, 2}, .continuation = {3, 0, 6}, .suffix = {5, 2}},
          {.context = {1, 4, 2, 0, 5, 6, 3, 1, 2}, .continuation = {2, 2}, .suffix = {5, 2}}};
}

Estimate one(const LanguageModel& model, const TokenRequest& request, Estimator how, double cfg) {
  return score(model, std::vector{request}, {.estimator = std::move(how), .cfg = cfg}).front();
}

TEST_CASE("a middle between its two sides has the enumeration's value") {
  const auto model = fake();
  for (const double cfg : {0.0, 0.7}) {
    for (const auto& request : middles()) {
      const auto expected = test::exact_elbo(model, request, cfg);
      const auto exact = one(model, request, ExactSum{}, cfg);
      CHECK(exact.nats == Approx(expected).epsilon(1e-5));
      CHECK(exact.tokens == exact.rows * static_cast<std::int64_t>(request.tokens()));
      auto without = request;
      without.suffix.clear();
      CHECK(std::abs(one(model, without, ExactSum{}, cfg).nats - expected) > 1e-3);
    }
  }
}

TEST_CASE("every estimator shows the suffix in all its rows") {
  const auto model = fake();
  auto request = middles().front();
  request.continuation = {3, 0, 6, 1, 1, 5, 2, 4};  // too long to be enumerated below
  for (const double cfg : {0.0, 0.7}) {
    INFO("cfg " << cfg);
    const auto expected = test::exact_elbo(model, request, cfg);
    const auto near = [&](const Estimate& estimate, double errors) {
      return std::abs(estimate.nats - expected) <= errors * estimate.standard_error.value() + 1e-4;
    };
    CHECK(near(one(model, request, MonteCarlo{.samples = 4096, .strata = 16}, cfg), 4.0));
    CHECK(near(one(model, request, FixedCount{.rows = 1024}, cfg), 4.0));
    for (const auto reuse : {PromptReuse::off, PromptReuse::on}) {
      const auto estimate = one(model, request, Balanced{.rows = 128, .prompt_reuse = reuse}, cfg);
      CHECK(estimate.prompt_reuse.has_value() == (reuse == PromptReuse::on));
      CHECK_FALSE(estimate.enumerated);
      CHECK(near(estimate, 5.0));
    }
  }
}

TEST_CASE("the chain rule sums to 1 over all middles of a length") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(3.0));
  for (const double cfg : {0.0, 0.9}) {
    double sum = 0.0;
    for (std::int64_t a = 0; a < 7; ++a) {
      for (std::int64_t b = 0; b < 7; ++b) {
        const TokenRequest request{.context = {2}, .continuation = {a, b}, .suffix = {6, 0, 1}};
        sum += std::exp(one(model, request, ChainRule{}, cfg).nats);
      }
    }
    CHECK(sum == Approx(1.0).epsilon(1e-5));
  }
}

TEST_CASE("without a context guidance still hides what stands behind") {
  const auto model = fake();
  const TokenRequest request{.context = {}, .continuation = {3, 0}, .suffix = {5}};
  const auto guided = one(model, request, ExactSum{}, 0.8);
  CHECK(guided.nats == Approx(test::exact_elbo(model, request, 0.8)).epsilon(1e-5));
  CHECK(guided.rows == 2 * one(model, request, ExactSum{}, 0.0).rows);
}

/// Likeliest token by token, the surest first, by the fake's own logits.
Ids greedy_middle(const FakeModel& model, const TokenRequest& request, double cfg) {
  auto ids = request.context;
  ids.resize(ids.size() + request.continuation.size(), 7);
  ids.insert(ids.end(), request.suffix.begin(), request.suffix.end());
  const auto first = request.context.size();
  for (std::size_t left = request.continuation.size(); left > 0; --left) {
    double best = -1e9;
    std::pair<std::size_t, std::int64_t> place;
    for (std::size_t i = first; i < first + request.continuation.size(); ++i) {
      if (ids[i] != 7) continue;
      const auto log_p = model.log_p(ids, i, cfg, first, request.suffix.size());
      const auto token = std::ranges::max_element(log_p) - log_p.begin();
      if (log_p[static_cast<std::size_t>(token)] <= best) continue;
      best = log_p[static_cast<std::size_t>(token)];
      place = {i, token};
    }
    ids[place.first] = place.second;
  }
  return {ids.begin() + static_cast<std::ptrdiff_t>(first),
          ids.end() - static_cast<std::ptrdiff_t>(request.suffix.size())};
}

TEST_CASE("greedy verdicts fill the middle in view of both sides") {
  const auto model = fake();
  for (const double cfg : {0.0, 0.7}) {
    for (auto request : middles()) {
      request.continuation = greedy_middle(model, request, cfg);
      const LikelihoodConfig config{.estimator = ChainRule{}, .cfg = cfg, .greedy = true};
      CHECK(score(model, std::vector{request}, config).front().is_greedy == true);
      request.continuation.front() = (request.continuation.front() + 1) % 7;
      CHECK(score(model, std::vector{request}, config).front().is_greedy == false);
    }
  }
}

TEST_CASE("a race between middles ends with the exact winner's values") {
  const auto model = fake();
  const auto requests = middles();
  const RaceQuestion question{.requests = requests, .divisors = {{1.0, 1.0}}};
  race(model, std::vector{question}, {},
       [&](std::size_t, const std::vector<Estimate>& estimates, const RaceOutcome&) {
         for (std::size_t i = 0; i < requests.size(); ++i)
           CHECK(estimates[i].nats == Approx(test::exact_elbo(model, requests[i])).epsilon(1e-5));
       });
  auto other = requests;
  other.back().suffix = {5, 3};
  const RaceQuestion two{.requests = other, .divisors = {{1.0, 1.0}}};
  CHECK_THROWS_AS(race(model, std::vector{two}, {}, {}), std::invalid_argument);
}

TEST_CASE("what a dry run counts is what is computed") {
  const auto model = fake();
  const auto requests = middles();
  const std::vector<TokenQuestion> questions = {requests};
  for (const auto& how : {Estimator(ExactSum{}), Estimator(FixedCount{.rows = 64}),
                          Estimator(Balanced{.rows = 16, .prompt_reuse = PromptReuse::on})}) {
    const LikelihoodConfig config{.estimator = how, .cfg = 0.5};
    const auto counted = count_work(model.info(), questions, config).front();
    std::int64_t tokens = 0;
    score(model, questions, config, [&](std::size_t, const std::vector<Estimate>& estimates) {
      for (const auto& estimate : estimates) tokens += estimate.tokens;
    });
    CHECK(counted.tokens == tokens);
  }
}

TEST_CASE("requests whose suffix cannot be computed are refused") {
  const auto refusal = [](const ModelInfo& info, const TokenRequest& request) -> std::string {
    try {
      check_request(info, request, "line 1");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::request);
      return error.what();
    }
    return "";
  };
  const TokenRequest request{.context = {1}, .continuation = {3}, .suffix = {5}};
  CHECK(refusal(test::fake_masked_diffusion(), request).empty());
  CHECK(test::contains(refusal(test::fake_autoregressive(), request),
                       "reads nothing behind the continuation"));
  auto wrong = request;
  wrong.suffix = {8};
  CHECK(test::contains(refusal(test::fake_masked_diffusion(), wrong), "8"));
  // Masks at the end are hidden tokens of a longer text; any other place is no place for one.
  const auto diffusion = test::fake_masked_diffusion();
  const auto mask = std::get<MaskedDiffusion>(diffusion.objective).mask_id;
  wrong.suffix = {5, mask, mask};
  CHECK(refusal(diffusion, wrong).empty());
  wrong.suffix = {mask, 5};
  CHECK_FALSE(refusal(diffusion, wrong).empty());
  CHECK_THROWS_AS(check_suffix(diffusion, Ids{5, mask}, "line 1"), Error);
  CHECK_NOTHROW(check_suffix(diffusion, Ids{5}, "line 1"));
  wrong.suffix = Ids(63, 2);
  CHECK(test::contains(refusal(test::fake_masked_diffusion(), wrong),
                       "wanted at most 64 tokens, got 65"));
}

}  // namespace
}  // namespace smdm
