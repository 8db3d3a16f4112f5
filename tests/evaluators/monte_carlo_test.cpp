#include "evaluators/likelihood/monte_carlo.hpp"

#include <cmath>
#include <set>
#include <stdexcept>
#include <vector>

#include "base/numbers/random.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/exact_elbo.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm {
namespace {

using test::FakeModel;

LikelihoodConfig monte_carlo(std::int64_t samples,
                             std::int64_t strata,
                             std::uint64_t seed,
                             double cfg = 0.0) {
  return {.estimator = MonteCarlo{.samples = samples, .strata = strata}, .cfg = cfg, .seed = seed};
}

Estimate score_one(const LanguageModel& model,
                   const TokenRequest& request,
                   const LikelihoodConfig& config) {
  return score(model, std::vector{request}, config).front();
}

/// The estimator by its definition, one sample after the other, from the recorded draws.
struct Direct {
  double nats = 0.0;
  double standard_error = 0.0;
  std::set<std::vector<bool>> masks;  ///< those that hide something
};

Direct direct_estimate(const FakeModel& model,
                       const TokenRequest& request,
                       const LikelihoodConfig& config) {
  const auto& estimator = std::get<MonteCarlo>(config.estimator);
  const auto per_round = std::min(estimator.samples, estimator.strata);
  const auto rounds = estimator.samples / per_round;
  const RandomStream rates(config.seed, Purpose::mask_rate, request.context);
  const RandomStream masks(config.seed, Purpose::mask, request.context);
  const auto context = request.context.size();
  Direct direct;
  std::vector<double> means;
  for (std::int64_t round = 0; round < rounds; ++round) {
    double sum = 0.0;
    for (std::int64_t j = 0; j < per_round; ++j) {
      const float t = std::fmod(
          rates.uniform_float(round, 0) + static_cast<float>(j) / static_cast<float>(per_round),
          1.0F);
      auto ids = request.context;
      std::vector<bool> mask;
      for (std::size_t i = 0; i < request.continuation.size(); ++i) {
        mask.push_back(masks.uniform_float(round * per_round + j, static_cast<std::int64_t>(i)) <
                       t);
        ids.push_back(mask.back() ? 7 : request.continuation[i]);
      }
      for (std::size_t i = 0; i < mask.size(); ++i) {
        if (!mask[i]) continue;
        const auto token = static_cast<std::size_t>(request.continuation[i]);
        sum -= model.log_p(ids, context + i, config.cfg, context)[token] / static_cast<double>(t);
        direct.masks.insert(mask);
      }
    }
    means.push_back(sum / static_cast<double>(per_round));
    direct.nats -= means.back() / static_cast<double>(rounds);
  }
  for (const auto mean : means) direct.standard_error += std::pow(mean + direct.nats, 2.0);
  const auto n = static_cast<double>(rounds);
  direct.standard_error = std::sqrt(direct.standard_error / (n - 1.0) / n);
  return direct;
}

const TokenRequest kRequest{.context = {1, 4, 2}, .continuation = {3, 0, 6, 2}};

TEST_CASE("mc is its definition, computed from the documented draws") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  for (const double cfg : {0.0, 0.6}) {
    for (const std::uint64_t seed : {0U, 1234U}) {
      const auto config = monte_carlo(64, 16, seed, cfg);
      const auto estimate = score_one(model, kRequest, config);
      const auto direct = direct_estimate(model, kRequest, config);
      CHECK(estimate.nats == Approx(direct.nats).epsilon(1e-5));
      REQUIRE(estimate.standard_error.has_value());
      CHECK(*estimate.standard_error == Approx(direct.standard_error).epsilon(1e-4));
      CHECK(estimate.bound == Bound::lower);
      CHECK_FALSE(estimate.is_greedy.has_value());
      const auto branches = cfg > 0.0 ? 2 : 1;
      CHECK(estimate.rows == branches * std::ssize(direct.masks));
      CHECK(estimate.tokens == 7 * estimate.rows);
    }
  }
}

TEST_CASE("rows without a mask are not computed, equal rows once") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(1.0));
  const auto estimate =
      score_one(model, {.context = {1}, .continuation = {2, 3}}, monte_carlo(256, 16, 0));
  CHECK(estimate.rows == 3);  // the non-empty subsets of two tokens
  CHECK(model.work().rows == 3);
  CHECK(model.work().tokens == estimate.tokens);
}

TEST_CASE("a uniform model's value is the draws' alone: -ln V times the mean of N / t") {
  const FakeModel model(test::fake_masked_diffusion(), test::uniform_logits());
  const auto config = monte_carlo(128, 32, 5);
  const auto estimate = score_one(model, kRequest, config);
  const RandomStream rates(5, Purpose::mask_rate, kRequest.context);
  const RandomStream masks(5, Purpose::mask, kRequest.context);
  double sum = 0.0;
  for (std::int64_t s = 0; s < 128; ++s) {
    const float t =
        std::fmod(rates.uniform_float(s / 32, 0) + static_cast<float>(s % 32) / 32.0F, 1.0F);
    for (std::int64_t i = 0; i < 4; ++i)
      sum += masks.uniform_float(s, i) < t ? 1.0 / double{t} : 0.0;
  }
  CHECK(estimate.nats == Approx(-std::log(7.0) * sum / 128.0).epsilon(1e-6));
}

/// z of the mean over many seeds against the enumerated value.
double z_of_mean(const FakeModel& model, const TokenRequest& request, double cfg, double expected) {
  constexpr int kSeeds = 3000;
  double sum = 0.0;
  double squares = 0.0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto nats = score_one(model, request, monte_carlo(16, 16, seed, cfg)).nats;
    sum += nats;
    squares += nats * nats;
  }
  const auto mean = sum / kSeeds;
  const auto variance = (squares / kSeeds - mean * mean) / (kSeeds - 1);
  return (mean - expected) / std::sqrt(variance);
}

TEST_CASE("mc is unbiased for the enumerated bound") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  for (const auto& request : {kRequest, TokenRequest{.context = {}, .continuation = {1, 5}}}) {
    for (const double cfg : {0.0, 0.6}) {
      const auto exact = test::exact_elbo(model, request, cfg);
      INFO("exact " << exact << ", cfg " << cfg);
      CHECK(std::abs(z_of_mean(model, request, cfg, exact)) < 4.0);
    }
  }
  const FakeModel uniform(test::fake_masked_diffusion(), test::uniform_logits());
  CHECK(test::exact_elbo(uniform, kRequest) == Approx(-4.0 * std::log(7.0)));
  CHECK(std::abs(z_of_mean(uniform, kRequest, 0.0, -4.0 * std::log(7.0))) < 4.0);
}

TEST_CASE("choices of one question share their mask draws, whatever their lengths") {
  const auto draws = monte_carlo_draws(3, std::vector<std::int64_t>{4, 5});
  std::vector<float> four(4);
  std::vector<float> nine(9);
  draws.uniforms(6, four);
  draws.uniforms(6, nine);
  CHECK(std::equal(four.begin(), four.end(), nine.begin()));
  CHECK(draws.offset(0) != monte_carlo_draws(3, std::vector<std::int64_t>{5, 4}).offset(0));
}

TEST_CASE("one round has no standard error") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(1.0));
  CHECK_FALSE(score_one(model, kRequest, monte_carlo(16, 16, 0)).standard_error.has_value());
  CHECK_FALSE(score_one(model, kRequest, monte_carlo(8, 32, 0)).standard_error.has_value());
  CHECK(score_one(model, kRequest, monte_carlo(32, 16, 0)).standard_error.has_value());
  CHECK(score_one(model, kRequest, monte_carlo(32, 16, 0)).fold_count == 2);  // rounds
  CHECK_FALSE(score_one(model, kRequest, monte_carlo(16, 16, 0)).fold_count);
}

TEST_CASE("a single sample that masks nothing is worth 0, and not -0") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(1.0));
  const TokenRequest request{.context = {1}, .continuation = {2}};
  int empty = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto estimate = score_one(model, request, monte_carlo(1, 1, seed));
    if (estimate.rows > 0) continue;
    ++empty;
    CHECK(estimate.nats == 0.0);
    CHECK_FALSE(std::signbit(estimate.nats));
    CHECK(estimate.tokens == 0);
  }
  CHECK(empty > 0);
}

TEST_CASE("samples come in whole rounds") {
  CHECK_THROWS_AS(check_monte_carlo({.samples = 100, .strata = 32}), std::invalid_argument);
  CHECK_THROWS_AS(check_monte_carlo({.samples = 0, .strata = 32}), std::invalid_argument);
  CHECK_THROWS_AS(check_monte_carlo({.samples = 32, .strata = 0}), std::invalid_argument);
  CHECK_NOTHROW(check_monte_carlo({.samples = 20, .strata = 32}));
  CHECK_NOTHROW(check_monte_carlo({.samples = 1024, .strata = 32}));
}

TEST_CASE("a constant loss leaves a spread, which the reported error shows") {
  const FakeModel model(test::fake_masked_diffusion(), test::uniform_logits());
  const TokenRequest request{.context = {1, 2}, .continuation = {3, 4, 5, 6, 1}};
  std::set<double> values;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    const auto estimate = score_one(model, request, monte_carlo(64, 16, seed));
    CHECK(*estimate.standard_error > 1e-3);
    values.insert(estimate.nats);
  }
  CHECK(values.size() == 4);
}

}  // namespace
}  // namespace smdm
