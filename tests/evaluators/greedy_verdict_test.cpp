#include "evaluators/likelihood/greedy_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "evaluators/likelihood/likelihood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_model.hpp"
#include "tests/support/questions.hpp"

namespace smdm {
namespace {

using test::FakeModel;

/// The greedy continuation by its definition.
std::vector<std::int64_t> greedy_continuation(const FakeModel& model,
                                              const std::vector<std::int64_t>& context,
                                              std::size_t length,
                                              double cfg) {
  auto ids = context;
  ids.resize(context.size() + length, 7);
  for (std::size_t step = 0; step < length; ++step) {
    std::size_t where = 0;
    std::int64_t what = 0;
    double best = -1e9;
    for (std::size_t i = context.size(); i < ids.size(); ++i) {
      if (ids[i] != 7) continue;
      const auto log_p = model.log_p(ids, i, cfg, context.size());
      const auto top = std::max_element(log_p.begin(), log_p.end());
      if (*top <= best) continue;
      best = *top;
      where = i;
      what = top - log_p.begin();
    }
    ids[where] = what;
  }
  return {ids.begin() + static_cast<std::ptrdiff_t>(context.size()), ids.end()};
}

std::vector<const TokenRequest*> pointers(const std::vector<TokenRequest>& requests) {
  std::vector<const TokenRequest*> all;
  for (const auto& request : requests) all.push_back(&request);
  return all;
}

TEST_CASE("the verdict is whether the greedy continuation is the target") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  for (const double cfg : {0.0, 0.6}) {
    std::vector<TokenRequest> requests;
    for (std::int64_t first = 0; first < 7; ++first) {
      TokenRequest request{.context = {first, 3}, .continuation = {}};
      request.continuation = greedy_continuation(model, request.context, 5, cfg);
      requests.push_back(request);
      request.continuation[static_cast<std::size_t>(first) % 5] += 1;
      request.continuation[static_cast<std::size_t>(first) % 5] %= 7;
      requests.push_back(request);
    }
    std::vector<int> calls(requests.size());
    greedy_verdicts(model, pointers(requests), cfg, {},
                    [&](std::size_t i, const GreedyVerdict& verdict) {
                      calls[i] += 1;
                      CHECK(verdict.is_greedy == (i % 2 == 0));
                      const std::int64_t branches = cfg > 0.0 ? 2 : 1;
                      CHECK(verdict.tokens == 7 * verdict.rows);
                      if (verdict.is_greedy) CHECK(verdict.rows == 5 * branches);
                      CHECK(verdict.rows % branches == 0);
                      CHECK(verdict.rows <= 5 * branches);
                    });
    CHECK(calls == std::vector<int>(requests.size(), 1));
  }
}

TEST_CASE("of equal confidences the leftmost goes first, of equal tokens the lowest") {
  // All equal, except that a position is certain of token 5 once its left neighbour is a 0.
  const FakeModel model(test::fake_masked_diffusion(),
                        [](std::span<const std::int64_t> ids, std::size_t position) {
                          std::vector<float> logits(7, 0.0F);
                          if (position > 1 && ids[position - 1] == 0) logits[5] = 3.0F;
                          return logits;
                        });
  const auto verdict = [&](const std::vector<std::int64_t>& target) {
    const TokenRequest request{.context = {1}, .continuation = target};
    bool is_greedy = false;
    greedy_verdicts(
        model, std::vector{&request}, 0.0, {},
        [&](std::size_t, const GreedyVerdict& result) { is_greedy = result.is_greedy; });
    return is_greedy;
  };
  CHECK(verdict({0, 5, 0, 5}));
  CHECK_FALSE(verdict({0, 5, 5, 5}));
  CHECK_FALSE(verdict({0, 0, 0, 0}));
}

TEST_CASE("score adds verdict and its cost where it is asked for") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const std::vector<std::int64_t> context{2, 5};
  std::vector<TokenRequest> requests;
  for (std::int64_t i = 0; i < 600; ++i) {
    requests.push_back({.context = context, .continuation = {i % 7, i / 7 % 7}});
  }
  const auto greedy = greedy_continuation(model, context, 2, 0.0);
  const auto plain = score(model, requests, {.estimator = ChainRule{}});
  const auto estimates = score(model, requests, {.estimator = ChainRule{}, .greedy = true});
  for (std::size_t i = 0; i < requests.size(); ++i) {
    REQUIRE(estimates[i].is_greedy == (requests[i].continuation == greedy));
    REQUIRE(estimates[i].nats == plain[i].nats);
    REQUIRE(estimates[i].rows > plain[i].rows);
    REQUIRE(estimates[i].tokens == 4 * estimates[i].rows);
  }
}

TEST_CASE("a mask in the context stays what it is") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const TokenRequest request{.context = {7, 2}, .continuation = {1}};
  const auto log_p = model.log_p(std::vector<std::int64_t>{7, 2, 7}, 2);
  const auto top = std::max_element(log_p.begin(), log_p.end()) - log_p.begin();
  const auto estimate =
      score(model, std::vector{request}, {.estimator = ChainRule{}, .greedy = true}).front();
  CHECK(estimate.is_greedy == (top == 1));
  CHECK(estimate.rows == 2);
}

TEST_CASE("a mask that is a token of the vocabulary competes in a verdict") {
  auto info = test::fake_masked_diffusion();
  info.objective = MaskedDiffusion{.mask_id = 3};
  const std::vector<TokenRequest> requests = {{.context = {1}, .continuation = {4}}};
  const auto is_greedy = [&](float mask_logit) {
    const FakeModel model(info, [=](std::span<const std::int64_t>, std::size_t) {
      return std::vector<float>{0.0F, 0.0F, 0.0F, mask_logit, 2.0F, 0.0F, 0.0F};
    });
    bool greedy = false;
    greedy_verdicts(model, pointers(requests), 0.0, {},
                    [&](std::size_t, const GreedyVerdict& verdict) { greedy = verdict.is_greedy; });
    return greedy;
  };
  CHECK(is_greedy(1.0F));
  CHECK_FALSE(is_greedy(3.0F));
  CHECK(is_greedy(-std::numeric_limits<float>::infinity()));  // of MDLM's
}

}  // namespace
}  // namespace smdm
