// The loss of the temporal shift: the reference's recorded runs with its own draws, the exact value
// by enumeration, and what it may not depend on.
#include <cmath>

#include "base/numbers/random.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/exact_elbo.hpp"
#include "tests/support/fake_model.hpp"
#include "tests/support/golden_model.hpp"

namespace smdm {
namespace {

using nlohmann::json;
using test::golden_cases;
using test::golden_model_of;
using test::Ids;
using test::near_golden;

/// Row `row` of the recorded draws, one sample a draw.
MonteCarloDraws recorded_draws(const json& draws, std::size_t row) {
  return {.offset =
              [&draws, row](std::int64_t sample) {
                return draws.at(static_cast<std::size_t>(sample)).at("t").at(row).get<float>();
              },
          .uniforms =
              [&draws, row](std::int64_t sample, std::span<float> out) {
                const auto& recorded =
                    draws.at(static_cast<std::size_t>(sample)).at("uniforms").at(row);
                for (std::size_t i = 0; i < out.size(); ++i) out[i] = recorded.at(i).get<float>();
              }};
}

Estimate replay(const LanguageModel& model,
                const TokenRequest& request,
                const MonteCarlo& config,
                const MonteCarloDraws& draws) {
  Estimate estimate;
  Scoring scoring{.request = &request,
                  .mask_id = std::get<MaskedDiffusion>(model.info().objective).mask_id,
                  .done = [&](const Estimate& done) { estimate = done; }};
  auto source = monte_carlo_source(std::move(scoring), config, draws);
  run_sources(model, [&]() -> std::unique_ptr<ScoreSource> { return std::move(source); }, {});
  return estimate;
}

LikelihoodConfig training_config(std::int64_t samples, std::uint64_t seed, std::int64_t rows = 64) {
  LikelihoodConfig config;
  config.estimator = training_loss(samples);
  config.seed = seed;
  config.packing.rows_per_forward = rows;
  return config;
}

TEST_CASE("fineweb.json: perplexity of masked diffusion models") {
  int cases = 0;
  for (const auto& recorded : golden_cases("fineweb.json")) {
    if (recorded.at("kind") != "mdm") continue;
    ++cases;
    INFO(recorded.at("checkpoint"));
    const auto model = golden_model_of(recorded);
    const auto& rows = recorded.at("input_ids");
    const auto& draws = recorded.at("draws");
    double nats = 0.0;
    std::size_t tokens = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const TokenRequest request{.context = {}, .continuation = rows.at(row).get<Ids>()};
      nats += replay(*model, request, training_loss(std::ssize(draws)), recorded_draws(draws, row))
                  .nats;
      tokens += request.continuation.size();
    }
    const auto perplexity = std::exp(-nats / static_cast<double>(tokens));
    CHECK(near_golden(perplexity, recorded.at("ppl")));
    // Every draw alone, too.
    for (std::size_t draw = 0; draw < draws.size(); ++draw) {
      double loss = 0.0;
      const auto one = json::array({draws.at(draw)});
      for (std::size_t row = 0; row < rows.size(); ++row) {
        const TokenRequest request{.context = {}, .continuation = rows.at(row).get<Ids>()};
        loss -= replay(*model, request, training_loss(1), recorded_draws(one, row)).nats;
      }
      CHECK(near_golden(loss / static_cast<double>(tokens), draws.at(draw).at("loss")));
    }
  }
  CHECK(cases == 2);
}

TEST_CASE("fineweb.json: perplexity of autoregressive models") {
  int cases = 0;
  for (const auto& recorded : golden_cases("fineweb.json")) {
    if (recorded.at("kind") != "arm") continue;
    ++cases;
    INFO(recorded.at("checkpoint"));
    const auto model = golden_model_of(recorded);
    std::vector<TokenRequest> requests;
    for (const auto& batch : recorded.at("batches")) {
      for (const auto& row : batch) {
        const auto ids = row.get<Ids>();
        requests.push_back(
            {.context = {ids.front()}, .continuation = {ids.begin() + 1, ids.end()}});
      }
    }
    const auto estimates = score(*model, requests, {.estimator = TeacherForcing{}});
    double nats = 0.0;
    double tokens = 0.0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      nats += estimates[i].nats;
      tokens += static_cast<double>(requests[i].continuation.size());
      CHECK(estimates[i].bound == Bound::exact);
    }
    CHECK(near_golden(std::exp(-nats / tokens), recorded.at("ppl")));
  }
  CHECK(cases == 2);
}

TEST_CASE("the training loss is unbiased for its value by enumeration") {
  const test::FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  constexpr double kLowestRate = 1e-3;
  for (const TokenRequest& request :
       {TokenRequest{.context = {}, .continuation = {3, 0, 6, 2}},
        TokenRequest{.context = {1}, .continuation = {5, 5, 2, 4, 0}}}) {
    const auto exact = test::exact_elbo(model, request, 0.0, kLowestRate);
    const auto estimate = score(model, std::vector{request}, training_config(20000, 3)).front();
    REQUIRE(estimate.standard_error.has_value());
    INFO(estimate.nats << " +- " << *estimate.standard_error << ", exactly " << exact);
    CHECK(std::abs(estimate.nats - exact) < 3.5 * *estimate.standard_error);
    CHECK(*estimate.standard_error < 0.2);
    CHECK(estimate.bound == Bound::lower);
    // Rates below a thousandth hardly matter.
    CHECK(exact == Approx(test::exact_elbo(model, request)).epsilon(2e-3));
  }
}

TEST_CASE("the training loss is its definition, computed from the documented draws") {
  const test::FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const TokenRequest request{.context = {1}, .continuation = {3, 0, 6}};
  constexpr std::int64_t kSamples = 8;
  const Ids whole = {1, 3, 0, 6};
  const RandomStream rates(11, Purpose::mask_rate, whole);
  const RandomStream masks(11, Purpose::mask, whole);
  double nats = 0.0;
  for (std::int64_t sample = 0; sample < kSamples; ++sample) {
    const float rate = 0.999F * rates.uniform_float(sample, 0) + 0.001F;
    Ids ids = whole;
    for (std::size_t i = 0; i < 3; ++i) {
      if (masks.uniform_float(sample, static_cast<std::int64_t>(i)) < rate) ids[i + 1] = 7;
    }
    for (std::size_t i = 1; i < ids.size(); ++i) {
      if (ids[i] != 7) continue;
      nats += model.log_p(ids, i)[static_cast<std::size_t>(whole[i])] / rate / kSamples;
    }
  }
  const auto estimate = score(model, std::vector{request}, training_config(kSamples, 11)).front();
  CHECK(estimate.nats == Approx(nats).epsilon(1e-5));
}

TEST_CASE("draws belong to the whole request: batch size and order change no bit") {
  const test::FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  std::vector<TokenRequest> requests;
  for (std::int64_t i = 0; i < 20; ++i) {
    requests.push_back({.context = {1}, .continuation = {i % 7, (i * 3) % 7, 2, (i / 7) % 7}});
  }
  const auto wanted = score(model, requests, training_config(8, 5));
  CHECK(wanted[0].nats != wanted[1].nats);
  for (const std::int64_t rows : {1, 7, 64}) {
    const auto again = score(model, requests, training_config(8, 5, rows));
    for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(again[i].nats == wanted[i].nats);
  }
  std::vector<TokenRequest> reversed(requests.rbegin(), requests.rend());
  const auto other = score(model, reversed, training_config(8, 5, 7));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(other[wanted.size() - 1 - i].nats == wanted[i].nats);
  }
  // Requests of one context and different targets hide different positions.
  const auto uniform = test::FakeModel(test::fake_masked_diffusion(), test::uniform_logits());
  const auto losses = score(uniform, requests, training_config(4, 5));
  CHECK(losses[0].nats != losses[1].nats);
}

TEST_CASE("a long text's sum keeps its precision under bf16") {
  auto info = test::fake_autoregressive();
  info.compute = ComputeType::bf16;
  const test::FakeModel model(info, test::scrambled_logits(2.0));
  const std::vector<TokenRequest> requests = {
      {.context = {1}, .continuation = {3, 0, 6, 2, 5, 5, 1, 4, 0, 2, 6, 3}}};
  const auto rounded = score(model, requests, {.estimator = TeacherForcing{}}).front();
  const auto kept =
      score(model, requests, {.estimator = TeacherForcing{.one_bfloat16 = false}}).front();
  CHECK(rounded.nats != kept.nats);
  CHECK(rounded.nats == Approx(kept.nats).epsilon(0x1p-8));
}

TEST_CASE("mask rates out of range") {
  CHECK_THROWS_AS(check_monte_carlo({.samples = 8, .strata = 1, .lowest_rate = 1.0}),
                  std::invalid_argument);
  CHECK_THROWS_AS(check_monte_carlo({.samples = 8, .strata = 1, .lowest_rate = -0.1}),
                  std::invalid_argument);
  CHECK_NOTHROW(check_monte_carlo(training_loss(1)));
}

}  // namespace
}  // namespace smdm
