#include <cmath>
#include <vector>

#include "evaluators/likelihood/likelihood.hpp"
#include "evaluators/subsets/question.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/exact_elbo.hpp"
#include "tests/support/loss_table.hpp"
#include "tests/support/questions.hpp"

namespace smdm {
namespace {

using test::FakeModel;

TEST_CASE("exact scores of a model are its bound, with and without guidance") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  for (const double cfg : {0.0, 0.8}) {
    for (std::size_t length = 1; length <= 6; ++length) {
      const std::vector<TokenRequest> requests = {test::made_request(4, length)};
      const auto estimates =
          test::score_by_context(model, requests, {.estimator = ExactSum{}, .cfg = cfg});
      CHECK(estimates[0].nats == Approx(test::exact_elbo(model, requests[0], cfg)).epsilon(1e-6));
      CHECK(estimates[0].standard_error == 0.0);
      CHECK(estimates[0].bound == Bound::lower);
      CHECK(estimates[0].enumerated);
      const auto rows = subset_count(length) * (cfg == 0.0 ? 1 : 2);
      CHECK(estimates[0].rows == rows);
      CHECK(estimates[0].tokens == rows * static_cast<std::int64_t>(4 + length));
    }
  }
}

TEST_CASE("equal rows of a question's choices are computed once, each with its own tokens") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  const std::vector<std::int64_t> context = {1, 2, 3};
  const std::vector<TokenRequest> requests = {{.context = context, .continuation = {4, 5}},
                                              {.context = context, .continuation = {4, 6}},
                                              {.context = context, .continuation = {4, 5}}};
  const auto estimates = test::score_by_context(model, requests, {.estimator = ExactSum{}});
  // Rows: ?? 4? and ?5 of the first, then ?6 of the second; the third adds nothing.
  CHECK(estimates[0].rows == 3);
  CHECK(estimates[1].rows == 1);
  CHECK(estimates[2].rows == 0);
  CHECK(model.work().rows == 4);
  for (std::size_t i = 0; i < requests.size(); ++i)
    CHECK(estimates[i].nats == Approx(test::exact_elbo(model, requests[i])).epsilon(1e-6));
}

TEST_CASE("a score does not depend on which other choices there are") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  std::vector<TokenRequest> requests;
  for (const std::size_t length : {5U, 8U, 7U, 8U}) {
    requests.push_back(test::made_request(36, length));
    requests.back().continuation.front() = static_cast<std::int64_t>(requests.size());
  }
  const Balanced reusing{.rows = 16, .prompt_reuse = PromptReuse::automatic};
  for (const Estimator& estimator :
       {Estimator(FixedCount{.rows = 16}), Estimator(Balanced{.rows = 16}), Estimator(reusing)}) {
    const auto together =
        test::score_by_context(model, requests, {.estimator = estimator, .cfg = 0.5});
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const auto alone = test::score_by_context(model, std::span(requests).subspan(i, 1),
                                                {.estimator = estimator, .cfg = 0.5});
      CHECK(alone.front().nats == together[i].nats);
      CHECK(alone.front().standard_error == together[i].standard_error);
    }
  }
}

TEST_CASE("a prefill is shared by choices whose rounded lengths agree") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  std::vector<TokenRequest> requests = {test::made_request(36, 5), test::made_request(36, 8),
                                        test::made_request(36, 9)};
  const Balanced reusing{.rows = 16, .prompt_reuse = PromptReuse::automatic};
  const auto estimates = test::score_by_context(model, requests, {.estimator = reusing});
  for (const auto& estimate : estimates) {
    REQUIRE(estimate.prompt_reuse);
    CHECK(estimate.prompt_reuse->full_rows == 4);
    CHECK(*estimate.standard_error == Approx(std::hypot(*estimate.prompt_reuse->cheap_error,
                                                        *estimate.prompt_reuse->correction_error)));
  }
  // 16 + 4 cheap rows, 4 full ones and a prefill for 5 and 8 together; rows that are equal less.
  CHECK(estimates[0].rows <= 25);
  CHECK(estimates[1].rows <= 24);
  CHECK(estimates[2].rows <= 25);
  const auto full = test::score_by_context(model, requests, {.estimator = Balanced{.rows = 16}});
  const auto tokens = [](const std::vector<Estimate>& all) {
    return all[0].tokens + all[1].tokens + all[2].tokens;
  };
  CHECK(3 * tokens(estimates) < 2 * tokens(full));
}

TEST_CASE("a frozen prompt's estimate is unbiased through the model") {
  const FakeModel model(test::fake_masked_diffusion(), test::mild_logits());
  const std::vector<TokenRequest> requests = {test::made_request(24, 5)};
  const auto exact = test::exact_elbo(model, requests[0], 0.5);
  const Balanced reusing{.rows = 16, .prompt_reuse = PromptReuse::on};
  double sum = 0.0;
  double squares = 0.0;
  constexpr int kRuns = 300;
  for (int seed = 0; seed < kRuns; ++seed) {
    const auto error =
        test::score_by_context(
            model, requests,
            {.estimator = reusing, .cfg = 0.5, .seed = static_cast<std::uint64_t>(seed)})[0]
            .nats -
        exact;
    sum += error;
    squares += error * error;
  }
  const auto mean = sum / kRuns;
  const auto standard_error = std::sqrt((squares / kRuns - mean * mean) / (kRuns - 1));
  INFO(mean << " +- " << standard_error);
  CHECK(std::abs(mean) < 4.0 * standard_error);
}

TEST_CASE("each branch of guidance reads its own frozen prompt") {
  // The fake marks a frozen prompt in its first id. A model that reads all ids but that one gives
  // rows over it the losses of full rows, in both branches, unless one reads the other's prompt.
  const auto strong = test::strong_logits();
  const FakeModel model(test::fake_masked_diffusion(),
                        [&](std::span<const std::int64_t> ids, std::size_t position) {
                          return strong(ids.subspan(1), position - 1);
                        });
  const std::vector<TokenRequest> requests = {test::made_request(24, 5)};
  for (const double cfg : {0.0, 0.7}) {
    const auto value = [&](PromptReuse reuse) {
      const Balanced balanced{.rows = 16, .prompt_reuse = reuse};
      return test::score_by_context(model, requests, {.estimator = balanced, .cfg = cfg}).front();
    };
    const auto reused = value(PromptReuse::on);
    REQUIRE(reused.prompt_reuse);
    CHECK(reused.prompt_reuse->correction_error.value() < 1e-5);
    CHECK(reused.nats == Approx(value(PromptReuse::off).nats).epsilon(1e-6));
  }
}

TEST_CASE("longest contexts leave a prefill no room to round its target up") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  const std::vector<TokenRequest> requests = {test::made_request(59, 5)};  // of 64
  const Balanced reusing{.rows = 8, .prompt_reuse = PromptReuse::on};
  CHECK(test::score_by_context(model, requests, {.estimator = reusing})[0].prompt_reuse);
}

TEST_CASE("what cannot be enumerated is refused before anything is computed") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  const std::vector<TokenRequest> requests = {test::made_request(3, 2), test::made_request(3, 13)};
  const auto error = test::error_text<std::invalid_argument>(
      [&] { return test::score_by_context(model, requests, {.estimator = ExactSum{}}).size(); });
  CHECK(test::contains(error, "exact: a target of 13 tokens takes 2^13 - 1 rows"));
  CHECK(model.work().forwards == 0);
}

TEST_CASE("work is counted without a model as it is done with one") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  std::vector<TokenRequest> requests;
  for (const std::size_t length : {1U, 5U, 8U, 5U}) {
    requests.push_back(test::made_request(36, length));
    requests.back().continuation.front() = static_cast<std::int64_t>(requests.size());
  }
  requests.push_back(test::made_request(2, 3));
  for (const double cfg : {0.0, 0.5}) {
    for (const Estimator& estimator :
         {Estimator(MonteCarlo{.samples = 32, .strata = 8}), Estimator(ChainRule{}),
          Estimator(ExactSum{}), Estimator(FixedCount{.rows = 12}), Estimator(Balanced{.rows = 12}),
          Estimator(Balanced{.rows = 12, .prompt_reuse = PromptReuse::automatic})}) {
      const LikelihoodConfig config{.estimator = estimator, .cfg = cfg};
      const auto questions = test::by_context(requests);
      REQUIRE(questions.size() == 2);
      std::vector<RowCost> done(questions.size());
      score(model, questions, config, [&](std::size_t q, const std::vector<Estimate>& estimates) {
        for (const auto& estimate : estimates) {
          done[q].rows += estimate.rows;
          done[q].tokens += estimate.tokens;
        }
      });
      const auto counted = count_work(model.info(), questions, config);
      for (std::size_t q = 0; q < questions.size(); ++q) {
        CHECK(counted[q].rows == done[q].rows);
        CHECK(counted[q].tokens == done[q].tokens);
      }
    }
  }
}

TEST_CASE("a long prompt reused costs a fifth of the tokens at 64 rows") {
  auto info = test::fake_masked_diffusion();
  info.max_tokens = 2048;
  // Both enumerate targets of at most 6 tokens, and the fewer the rows are the more weigh the
  // prefill and the four full rows: docs/estimators.md has these figures.
  for (const auto& [length, most] : {std::pair{3U, 0.67},
                                     {4U, 0.43},
                                     {5U, 0.23},
                                     {6U, 0.18},
                                     {7U, 0.21},
                                     {8U, 0.21},
                                     {9U, 0.21},
                                     {10U, 0.20},
                                     {11U, 0.20},
                                     {12U, 0.20},
                                     {33U, 0.20}}) {
    const std::vector<TokenRequest> requests = {test::made_request(10 * length, length)};
    const auto tokens = [&](PromptReuse reuse) {
      const Balanced balanced{.rows = 64, .prompt_reuse = reuse};
      return count_work(info, single_questions(requests), {.estimator = balanced}).front().tokens;
    };
    const auto full = tokens(PromptReuse::off);
    const auto reused = tokens(PromptReuse::automatic);
    INFO("length " << length << ": " << reused << " of " << full);
    // Rows that are equal are computed once, which short targets have more of.
    CHECK(static_cast<double>(reused) <= most * static_cast<double>(full));
  }
}

}  // namespace
}  // namespace smdm
