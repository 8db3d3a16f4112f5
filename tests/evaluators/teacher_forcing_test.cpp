#include "evaluators/likelihood/teacher_forcing.hpp"

#include <cmath>
#include <vector>

#include "evaluators/likelihood/likelihood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_model.hpp"
#include "tests/support/questions.hpp"

namespace smdm {
namespace {

using test::FakeModel;

/// log p(continuation | context), and whether every token was the first choice.
struct Direct {
  double nats = 0.0;
  bool is_greedy = true;
};

Direct direct_value(const FakeModel& model, const TokenRequest& request) {
  Direct direct;
  auto ids = request.context;
  for (const auto token : request.continuation) {
    const auto log_p = model.log_p(ids, ids.size() - 1);
    direct.nats += log_p[static_cast<std::size_t>(token)];
    for (const auto other : log_p) {
      direct.is_greedy = direct.is_greedy && other <= log_p[static_cast<std::size_t>(token)];
    }
    ids.push_back(token);
  }
  return direct;
}

std::vector<TokenRequest> question() {
  return {{.context = {1, 2, 3}, .continuation = {4}},
          {.context = {1, 2, 3}, .continuation = {5, 6, 0}},
          {.context = {1, 2, 3}, .continuation = {5, 6}},
          {.context = {2, 2}, .continuation = {0, 1}},
          {.context = {1, 2, 3}, .continuation = {0, 0}}};
}

const LikelihoodConfig kExact{.estimator = TeacherForcing{}};

TEST_CASE("an autoregressive value is the sum of its tokens' log-probabilities") {
  const FakeModel model(test::fake_autoregressive(), test::scrambled_logits(2.0));
  const auto requests = question();
  auto config = kExact;
  config.greedy = true;
  const auto estimates = test::score_by_context(model, requests, config);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto direct = direct_value(model, requests[i]);
    CHECK(estimates[i].nats == Approx(direct.nats).epsilon(1e-5));
    CHECK(estimates[i].is_greedy == direct.is_greedy);
    CHECK(estimates[i].bound == Bound::exact);
    CHECK_FALSE(estimates[i].standard_error.has_value());
  }
  CHECK_FALSE(test::score_by_context(model, requests, kExact).front().is_greedy.has_value());
}

TEST_CASE("greedy continuations are recognised") {
  const FakeModel model(test::fake_autoregressive(), test::scrambled_logits(2.0));
  TokenRequest request{.context = {6, 1}, .continuation = {}};
  auto ids = request.context;
  for (int i = 0; i < 4; ++i) {
    const auto log_p = model.log_p(ids, ids.size() - 1);
    ids.push_back(std::max_element(log_p.begin(), log_p.end()) - log_p.begin());
    request.continuation.push_back(ids.back());
  }
  auto other = request;
  other.continuation.back() = (other.continuation.back() + 1) % 7;
  auto config = kExact;
  config.greedy = true;
  const auto estimates = test::score_by_context(model, std::vector{request, other}, config);
  CHECK(estimates[0].is_greedy == true);
  CHECK(estimates[1].is_greedy == false);
}

TEST_CASE("neighbours with one context share its row, which the first is charged for") {
  const FakeModel model(test::fake_autoregressive(), test::scrambled_logits(2.0));
  const auto estimates = test::score_by_context(model, question(), kExact);
  const auto cost = [&](std::size_t i) {
    return std::pair(estimates[i].rows, estimates[i].tokens);
  };
  CHECK(cost(0) == std::pair<std::int64_t, std::int64_t>(1, 3));  // the last token is never read
  CHECK(cost(1) == std::pair<std::int64_t, std::int64_t>(1, 2));
  CHECK(cost(2) == std::pair<std::int64_t, std::int64_t>(1, 1));
  CHECK(cost(3) == std::pair<std::int64_t, std::int64_t>(2, 3));
  CHECK(cost(4) == std::pair<std::int64_t, std::int64_t>(2, 4));  // not a neighbour of the others
  CHECK(model.work().rows == 7);
  CHECK(model.work().tokens == 13);
}

TEST_CASE("a value does not depend on who shares the context") {
  const FakeModel model(test::fake_autoregressive(), test::scrambled_logits(2.0));
  const auto requests = question();
  const auto together = test::score_by_context(model, requests, kExact);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    CHECK(test::score_by_context(model, std::vector{requests[i]}, kExact).front().nats ==
          together[i].nats);
  }
}

TEST_CASE("groups of one context are bounded by constants") {
  const std::vector<TokenRequest> many(100, {.context = {1}, .continuation = {2, 3}});
  CHECK(requests_with_one_context(many) == 64);
  const std::vector<TokenRequest> large(10, {.context = std::vector<std::int64_t>(2000, 1),
                                             .continuation = std::vector<std::int64_t>(2000, 1)});
  CHECK(requests_with_one_context(large) == 3);
  CHECK(requests_with_one_context(question()) == 3);
}

TEST_CASE("a bf16 model's sum is one bfloat16 number here, too") {
  auto info = test::fake_autoregressive();
  info.compute = ComputeType::bf16;
  const FakeModel model(info, test::scrambled_logits(2.0));
  const auto nats = test::score_by_context(model, std::vector{question()[1]}, kExact).front().nats;
  int exponent = 0;
  const auto scaled = std::frexp(nats, &exponent) * 256.0;
  CHECK(scaled == std::round(scaled));
}

TEST_CASE("a bf16 model of another family sums in float64") {
  auto info = test::fake_autoregressive();
  const FakeModel exact(info, test::scrambled_logits(2.0));
  info.compute = ComputeType::bf16;
  info.arithmetic = Arithmetic::transformers;
  const FakeModel other(info, test::scrambled_logits(2.0));
  const auto nats = [](const FakeModel& model) {
    return test::score_by_context(model, std::vector{question()[1]}, kExact).front().nats;
  };
  CHECK(std::abs(nats(other) - nats(exact)) < 1e-5);
}

}  // namespace
}  // namespace smdm
