#include "evaluators/likelihood/chain_rule.hpp"

#include <cmath>
#include <vector>

#include "evaluators/likelihood/likelihood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm {
namespace {

using test::FakeModel;

Estimate chain_rule(const LanguageModel& model, const TokenRequest& request, double cfg = 0.0) {
  return score(model, std::vector{request}, {.estimator = ChainRule{}, .cfg = cfg}).front();
}

TEST_CASE("chain-rule sums one row per token, the rest of the target masked") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const TokenRequest request{.context = {1, 4}, .continuation = {3, 0, 6}};
  for (const double cfg : {0.0, 1.1}) {
    const double expected = model.log_p(std::vector<std::int64_t>{1, 4, 7, 7, 7}, 2, cfg, 2)[3] +
                            model.log_p(std::vector<std::int64_t>{1, 4, 3, 7, 7}, 3, cfg, 2)[0] +
                            model.log_p(std::vector<std::int64_t>{1, 4, 3, 0, 7}, 4, cfg, 2)[6];
    const auto estimate = chain_rule(model, request, cfg);
    CHECK(estimate.nats == Approx(expected).epsilon(1e-5));
    CHECK(estimate.bound == Bound::chain_rule);
    CHECK_FALSE(estimate.standard_error.has_value());
    CHECK(estimate.rows == (cfg > 0.0 ? 6 : 3));
    CHECK(estimate.tokens == 5 * estimate.rows);
  }
}

TEST_CASE("exp(chain rule) sums to 1 over all strings of a length") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(3.0));
  std::vector<TokenRequest> requests;
  for (std::int64_t a = 0; a < 7; ++a) {
    for (std::int64_t b = 0; b < 7; ++b) {
      for (std::int64_t c = 0; c < 7; ++c)
        requests.push_back({.context = {2}, .continuation = {a, b, c}});
    }
  }
  double sum = 0.0;
  for (const auto& estimate : score(model, requests, {.estimator = ChainRule{}})) {
    sum += std::exp(estimate.nats);
  }
  CHECK(sum == Approx(1.0).epsilon(1e-5));
}

TEST_CASE("without a context guidance has nothing to hide, and costs nothing") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const TokenRequest request{.context = {}, .continuation = {3, 0, 6}};
  const auto plain = chain_rule(model, request);
  const auto guided = chain_rule(model, request, 0.8);
  CHECK(plain.nats == guided.nats);
  CHECK(plain.rows == guided.rows);
}

TEST_CASE("a bf16 model's sum is one bfloat16 number") {
  auto info = test::fake_masked_diffusion();
  const FakeModel exact(info, test::scrambled_logits(2.0));
  info.compute = ComputeType::bf16;
  const FakeModel rounded(info, test::scrambled_logits(2.0));
  const TokenRequest request{.context = {1, 4}, .continuation = {3, 0, 6, 1, 1, 5}};
  const auto nats = chain_rule(rounded, request).nats;
  CHECK(nats != chain_rule(exact, request).nats);
  CHECK(nats == Approx(chain_rule(exact, request).nats).epsilon(0.004));  // 8 significant bits
  int exponent = 0;
  const auto scaled = std::frexp(nats, &exponent) * 256.0;
  CHECK(scaled == std::round(scaled));
}

TEST_CASE("sums are rounded to bfloat16 to the nearest, ties to even") {
  CHECK(round_sum(-35.65, SumType::f64) == -35.65);
  CHECK(round_sum(-35.65, SumType::bf16) == -35.75);
  CHECK(round_sum(-1.0 - 1.0 / 256.0, SumType::bf16) == -1.0);
  CHECK(round_sum(-1.0 - 3.0 / 256.0, SumType::bf16) == -1.015625);
}

TEST_CASE("only bf16 of SMDM's checkpoints sums into one bfloat16") {
  auto info = test::fake_masked_diffusion();
  CHECK(sum_type(info) == SumType::f64);
  info.compute = ComputeType::bf16;
  CHECK(sum_type(info) == SumType::bf16);
  info.arithmetic = Arithmetic::transformers;
  CHECK(sum_type(info) == SumType::f64);
  const FakeModel other(info, test::scrambled_logits(2.0));
  const FakeModel exact(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const TokenRequest request{.context = {1, 4}, .continuation = {3, 0, 6, 1, 1, 5}};
  // Logits of float32 under either arithmetic; only that of others reduces them in float64.
  CHECK(std::abs(chain_rule(other, request).nats - chain_rule(exact, request).nats) < 1e-5);
}

}  // namespace
}  // namespace smdm
