#include "evaluators/likelihood/likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "evaluators/likelihood/greedy_verdict.hpp"
#include "evaluators/subsets/question.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_model.hpp"
#include "tests/support/questions.hpp"

namespace smdm {
namespace {

using test::FakeModel;

/// Thirty requests: ten questions of three choices of different lengths.
std::vector<TokenRequest> some_requests(bool empty_context) {
  std::vector<TokenRequest> requests;
  std::mt19937 bits(3);  // its sequence is fixed by the standard
  const auto id = [&] { return static_cast<std::int64_t>(bits() % 7); };
  for (int question = 0; question < 10; ++question) {
    std::vector<std::int64_t> context(empty_context && question == 4 ? 0 : 1 + bits() % 9);
    std::generate(context.begin(), context.end(), id);
    for (int choice = 0; choice < 3; ++choice) {
      std::vector<std::int64_t> continuation(1 + bits() % 6);
      std::generate(continuation.begin(), continuation.end(), id);
      requests.push_back({.context = context, .continuation = continuation});
    }
  }
  return requests;
}

bool same(const Estimate& a, const Estimate& b) {
  return a.nats == b.nats && a.standard_error == b.standard_error && a.bound == b.bound &&
         a.is_greedy == b.is_greedy && a.rows == b.rows && a.tokens == b.tokens;
}

void check_packing_changes_nothing(const LanguageModel& model,
                                   LikelihoodConfig config,
                                   const std::vector<TokenRequest>& requests) {
  const auto expected = test::score_by_context(model, requests, config);
  for (const std::int64_t rows : {1, 2, 7, 64, 1000}) {
    for (const std::int64_t tokens : {1, 50, 100000}) {
      config.packing = {.rows_per_forward = rows, .tokens_per_forward = tokens};
      const auto questions = test::by_context(requests);
      std::vector<int> calls(questions.size());
      score(model, questions, config, [&](std::size_t q, const std::vector<Estimate>& estimates) {
        calls[q] += 1;
        const auto first = static_cast<std::size_t>(questions[q].data() - requests.data());
        REQUIRE(estimates.size() == questions[q].size());
        for (std::size_t i = 0; i < estimates.size(); ++i)
          REQUIRE(same(estimates[i], expected[first + i]));
      });
      REQUIRE(calls == std::vector<int>(questions.size(), 1));
    }
  }
}

TEST_CASE("estimates are the same bits however rows are packed") {
  const FakeModel diffusion(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  for (const double cfg : {0.0, 0.6}) {
    for (const bool greedy : {false, true}) {
      check_packing_changes_nothing(diffusion,
                                    {.estimator = MonteCarlo{.samples = 32, .strata = 8},
                                     .cfg = cfg,
                                     .seed = 9,
                                     .greedy = greedy},
                                    some_requests(true));
      check_packing_changes_nothing(
          diffusion, {.estimator = ChainRule{}, .cfg = cfg, .greedy = greedy}, some_requests(true));
    }
  }
  const FakeModel autoregressive(test::fake_autoregressive(), test::scrambled_logits(2.0));
  check_packing_changes_nothing(autoregressive, {.estimator = TeacherForcing{}, .greedy = true},
                                some_requests(false));
}

TEST_CASE("estimates do not depend on the order of requests, nor on which others there are") {
  const FakeModel diffusion(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const FakeModel autoregressive(test::fake_autoregressive(), test::scrambled_logits(2.0));
  const auto requests = some_requests(false);
  std::vector<std::size_t> order(requests.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  std::vector<TokenRequest> shuffled;
  for (const auto i : order) shuffled.push_back(requests[i]);
  const auto check_model = [&](const LanguageModel& model, const LikelihoodConfig& config) {
    const auto expected = score(model, requests, config);
    const auto other_order = score(model, shuffled, config);
    for (std::size_t i = 0; i < order.size(); ++i) {
      CHECK(other_order[i].nats == expected[order[i]].nats);
      CHECK(other_order[i].standard_error == expected[order[i]].standard_error);
    }
    const auto front = score(model, std::span(requests).first(5), config);
    for (std::size_t i = 0; i < front.size(); ++i) CHECK(same(front[i], expected[i]));
  };
  check_model(diffusion, {.estimator = MonteCarlo{.samples = 64, .strata = 16}, .seed = 1234});
  check_model(diffusion, {.estimator = ChainRule{}, .cfg = 1.1, .greedy = true});
  check_model(autoregressive, {.estimator = TeacherForcing{}});
}

TEST_CASE("forwards stay within the limits, and cost is what the model computed") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const auto requests = some_requests(true);
  const LikelihoodConfig config{.estimator = MonteCarlo{.samples = 64, .strata = 8},
                                .cfg = 0.6,
                                .greedy = true,
                                .packing = {.rows_per_forward = 10, .tokens_per_forward = 90}};
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  for (const auto& estimate : score(model, requests, config)) {
    rows += estimate.rows;
    tokens += estimate.tokens;
  }
  CHECK(model.work().rows == rows);
  CHECK(model.work().tokens == tokens);
  CHECK(model.work().most_rows <= 10);
  CHECK(model.work().most_tokens <= 90);
}

TEST_CASE("guidance of strength 0 is no guidance, a small one moves the value a little") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const auto requests = some_requests(false);
  const auto plain = score(model, requests, {.estimator = ChainRule{}});
  const auto slight = score(model, requests, {.estimator = ChainRule{}, .cfg = 1e-4});
  const auto strong = score(model, requests, {.estimator = ChainRule{}, .cfg = 1.0});
  for (std::size_t i = 0; i < requests.size(); ++i) {
    CHECK(slight[i].nats == Approx(plain[i].nats).margin(0.01));
    CHECK(strong[i].nats != plain[i].nats);
    CHECK(slight[i].rows == 2 * plain[i].rows);
  }
}

TEST_CASE("seeds and contexts give other masks, the same ones the same value") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const std::vector<TokenRequest> requests{{.context = {1}, .continuation = {2, 3, 4, 5}}};
  const auto nats = [&](std::uint64_t seed) {
    return score(model, requests, {.estimator = MonteCarlo{.samples = 32}, .seed = seed})
        .front()
        .nats;
  };
  CHECK(nats(1) == nats(1));
  CHECK(nats(1) != nats(2));
}

/// What check_request() says about a request, or score() about a setting, that it refuses.
std::string refusal(const LanguageModel& model,
                    const std::vector<TokenRequest>& requests,
                    const LikelihoodConfig& config) {
  try {
    test::check_requests(model.info(), requests);
    (void)score(model, requests, config);
  } catch (const std::invalid_argument& error) {
    return error.what();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::request);
    return error.what();
  }
  return "";
}

TEST_CASE("a refused request is named, with what was wanted and what came") {
  const FakeModel diffusion(test::fake_masked_diffusion(), test::uniform_logits());
  const FakeModel autoregressive(test::fake_autoregressive(), test::uniform_logits());
  const TokenRequest good{.context = {1}, .continuation = {2}};
  const LikelihoodConfig mc{.estimator = MonteCarlo{.samples = 32}};
  const LikelihoodConfig exact{.estimator = TeacherForcing{}};
  const auto says = [](const std::string& text, const std::vector<std::string>& parts) {
    INFO("message: " << text);
    for (const auto& part : parts) CHECK(text.find(part) != std::string::npos);
    CHECK(text.find('\n') == std::string::npos);
  };
  says(refusal(diffusion, {good, {.context = {1}, .continuation = {}}}, mc),
       {"request 1", "continuation", "none"});
  says(refusal(autoregressive, {good, good, {.context = {}, .continuation = {1}}}, exact),
       {"request 2", "context", "none"});
  says(refusal(diffusion, {{.context = {1, 9}, .continuation = {1}}}, mc),
       {"request 0: token id 9", "0..6"});
  says(refusal(diffusion, {{.context = {1}, .continuation = {7}}}, mc),
       {"request 0: token id 7", "0..6"});
  says(refusal(diffusion, {{.context = {1}, .continuation = {-1}}}, mc), {"token id -1"});
  says(refusal(autoregressive, {{.context = {7}, .continuation = {1}}}, exact), {"token id 7"});
  says(
      refusal(diffusion,
              {{.context = std::vector<std::int64_t>(60, 1), .continuation = {1, 2, 3, 4, 5}}}, mc),
      {"request 0", "64", "65"});
  CHECK(diffusion.work().forwards == 0);
  CHECK(autoregressive.work().forwards == 0);
  // A mask is no token of a request's text, but an evaluator that is given one takes it.
  says(refusal(diffusion, {{.context = {7}, .continuation = {1}}}, mc), {"token id 7"});
  CHECK_NOTHROW(
      score(diffusion, std::vector<TokenRequest>{{.context = {7}, .continuation = {1}}}, mc));
  CHECK(refusal(diffusion,
                {{.context = std::vector<std::int64_t>(60, 1), .continuation = {1, 2, 3, 4}}}, mc)
            .empty());
}

TEST_CASE("a request that holds a mask of the vocabulary is refused") {
  auto info = test::fake_masked_diffusion();
  info.objective = MaskedDiffusion{.mask_id = 3};
  const auto refused = [&](const TokenRequest& request) {
    return test::error_text<ErrorKind::request>([&] {
      check_request(info, request, "FILE:7");
      return 0;
    });
  };
  CHECK(refused({.context = {1}, .continuation = {2, 3}}) ==
        "FILE:7: token id 3 is the mask, which hides tokens from the model and cannot be scored");
  CHECK(refused({.context = {1, 3}, .continuation = {2}}) ==
        "FILE:7: token id 3 is the mask, which hides tokens from the model and cannot be part of "
        "what it reads");
  CHECK(refused({.context = {1}, .continuation = {2, 4}}).empty());
  info.objective = Autoregressive{};
  CHECK(refused({.context = {3}, .continuation = {3}}).empty());
}

TEST_CASE("log-probabilities reach estimates in float64") {
  // Not a float32 number, and neither is its sum: what is narrowed on the way shows.
  constexpr double kLogP = -0.1;
  const TokenRequest request{.context = {1}, .continuation = {2, 3, 4}};
  const std::vector<TokenRequest> requests = {request};
  const auto value = [&](const auto& make) {
    double nats = 0.0;
    bool opened = false;
    const auto take = [&](const Estimate& estimate) { nats = estimate.nats; };
    run_sources(
        [&](const RowGroup& forward) {
          TokenScores scores;
          scores.log_p.assign(forward.tokens.size(), kLogP);
          return scores;
        },
        [&]() -> std::unique_ptr<ScoreSource> {
          return std::exchange(opened, true) ? nullptr : make(take);
        },
        PackingLimits{});
    return nats;
  };
  const double sum = kLogP + kLogP + kLogP;
  CHECK(value([&](const auto& take) {
          return chain_rule_source({.request = &request, .mask_id = 7, .done = take});
        }) == sum);
  CHECK(value([&](const auto& take) {
          return teacher_forcing_source(requests, SumType::f64, WithArgmax::no,
                                        [take](std::size_t, const Estimate& one) { take(one); });
        }) == sum);
  const std::vector<TokenRequest> single = {{.context = {1}, .continuation = {2}}};
  CHECK(value([&](const auto& take) {
          std::vector<std::unique_ptr<SubsetEstimator>> estimators;
          estimators.push_back(exact_sum(1, ExactSum{}));
          return subset_source(question_rows(test::fake_masked_diffusion(), single, 0.0),
                               independent_plan(std::move(estimators)),
                               [take](std::size_t, const Estimate& one) { take(one); });
        }) == kLogP);
}

TEST_CASE("settings that fit neither the model nor themselves are refused") {
  const FakeModel diffusion(test::fake_masked_diffusion(), test::uniform_logits());
  const FakeModel autoregressive(test::fake_autoregressive(), test::uniform_logits());
  const std::vector<TokenRequest> good{{.context = {1}, .continuation = {2}}};
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(refusal(diffusion, good, {.estimator = MonteCarlo{.samples = 33}}).empty());
  CHECK_FALSE(refusal(diffusion, good, {.estimator = TeacherForcing{}}).empty());
  CHECK_FALSE(refusal(autoregressive, good, {.estimator = MonteCarlo{}}).empty());
  CHECK_FALSE(refusal(autoregressive, good, {.estimator = ChainRule{}}).empty());
  CHECK_FALSE(refusal(autoregressive, good, {.estimator = TeacherForcing{}, .cfg = 0.5}).empty());
  CHECK_FALSE(refusal(diffusion, good, {.estimator = ChainRule{}, .cfg = -0.1}).empty());
  CHECK_FALSE(refusal(diffusion, good, {.estimator = ChainRule{}, .cfg = nan}).empty());
  CHECK_FALSE(refusal(diffusion, good, {.estimator = ChainRule{}, .seed = 0x100000000U}).empty());
  CHECK_FALSE(
      refusal(diffusion, good, {.estimator = ChainRule{}, .packing = {.rows_per_forward = 0}})
          .empty());
  CHECK(refusal(diffusion, good, {.estimator = ChainRule{}}).empty());
}

TEST_CASE("what done throws ends the evaluation") {
  const FakeModel model(test::fake_masked_diffusion(), test::uniform_logits());
  struct Stop {};
  int calls = 0;
  const auto stop = [&](std::size_t, const std::vector<Estimate>&) {
    if (++calls == 2) throw Stop{};
  };
  const auto requests = some_requests(true);
  CHECK_THROWS_AS(score(model, single_questions(requests), {.estimator = ChainRule{}}, stop), Stop);
  CHECK(calls == 2);
}

TEST_CASE("a model that gives no numbers is an error, no requests are none") {
  const FakeModel broken(test::fake_masked_diffusion(),
                         [](std::span<const std::int64_t>, std::size_t) {
                           return std::vector<float>(7, std::numeric_limits<float>::quiet_NaN());
                         });
  const std::vector<TokenRequest> good{{.context = {1}, .continuation = {2}}};
  CHECK_THROWS_KIND(score(broken, good, {.estimator = ChainRule{}}), checkpoint);
  CHECK(score(broken, std::vector<TokenRequest>{}, {.estimator = ChainRule{}}).empty());
}

/// A model that gives token 2 one odd logit wherever it is asked, and 0 to all others.
FakeModel with_logit(const ModelInfo& info, float logit) {
  return {info, [logit](std::span<const std::int64_t>, std::size_t) {
            std::vector<float> logits(7, 0.0F);
            logits[2] = logit;
            return logits;
          }};
}

TEST_CASE("a wanted token whose log-probability is not finite is an error") {
  constexpr auto kInfinity = std::numeric_limits<float>::infinity();
  constexpr auto kLargest = std::numeric_limits<float>::max();
  constexpr auto kNan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<TokenRequest> odd{{.context = {1}, .continuation = {3, 2, 3}}};
  const std::vector<TokenRequest> even{{.context = {1}, .continuation = {3, 4}}};
  const auto diffusion = [](float logit) {
    return with_logit(test::fake_masked_diffusion(), logit);
  };
  const auto check = [&](const Estimator& estimator, const auto& model_with) {
    for (const float logit : {-kInfinity, kInfinity, kNan})
      CHECK_THROWS_KIND(score(model_with(logit), odd, {.estimator = estimator}), checkpoint);
    for (const float logit : {kInfinity, kNan})
      CHECK_THROWS_KIND(score(model_with(logit), even, {.estimator = estimator}), checkpoint);
    // A token that nobody asks for may have no probability, and finite logits are numbers.
    for (const float logit : {-kInfinity, -kLargest})
      CHECK(std::isfinite(score(model_with(logit), even, {.estimator = estimator})[0].nats));
  };
  check(ChainRule{}, diffusion);
  check(MonteCarlo{}, diffusion);
  check(ExactSum{}, diffusion);
  check(FixedCount{}, diffusion);
  check(Balanced{}, diffusion);
  check(TeacherForcing{},
        [](float logit) { return with_logit(test::fake_autoregressive(), logit); });
  // Guidance subtracts one infinity from another, whichever token they belong to.
  CHECK_THROWS_KIND(score(diffusion(-kInfinity), even, {.estimator = ChainRule{}, .cfg = 0.5}),
                    checkpoint);
}

TEST_CASE("a greedy verdict over logits that are not finite is an error") {
  for (const float logit :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    const auto model = with_logit(test::fake_masked_diffusion(), logit);
    const TokenRequest request{.context = {1}, .continuation = {3, 4}};
    const std::vector<const TokenRequest*> requests{&request};
    CHECK_THROWS_KIND(
        greedy_verdicts(model, requests, 0.0, {}, [](std::size_t, const GreedyVerdict&) {}),
        checkpoint);
  }
}

}  // namespace
}  // namespace smdm
