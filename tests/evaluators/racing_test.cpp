#include "evaluators/racing.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "evaluators/likelihood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/exact_elbo.hpp"
#include "tests/support/golden_model.hpp"
#include "tests/support/loss_table.hpp"
#include "tests/support/threads.hpp"

namespace smdm {
namespace {

using test::FakeModel;

/// Questions with one context each; choices of 1 to `longest` tokens.
struct Questions {
  std::vector<TokenRequest> requests;
  std::vector<RaceQuestion> questions;
};

Questions made_questions(std::int64_t vocabulary,
                         std::size_t count,
                         std::size_t prompt,
                         std::size_t longest) {
  std::mt19937 bits(23);  // its sequence is fixed by the standard
  const auto ids = [&](std::size_t length) {
    std::vector<std::int64_t> list(length);
    for (auto& id : list) id = static_cast<std::int64_t>(bits()) % vocabulary;
    return list;
  };
  Questions made;
  for (std::size_t q = 0; q < count; ++q) {
    const auto context = ids(prompt);
    RaceQuestion question{.first = made.requests.size(), .count = 3, .divisors = {{1, 1, 1}, {}}};
    for (int choice = 0; choice < 3; ++choice) {
      made.requests.push_back({.context = context, .continuation = ids(1 + bits() % longest)});
      question.divisors[1].push_back(static_cast<double>(made.requests.back().continuation.size()));
    }
    made.questions.push_back(question);
  }
  return made;
}

struct Raced {
  std::vector<Estimate> estimates;
  std::vector<RaceOutcome> outcomes;
};

Raced run_race(const LanguageModel& model, const Questions& made, const RacingConfig& config) {
  Raced raced;
  raced.estimates.resize(made.requests.size());
  raced.outcomes.resize(made.questions.size());
  race(model, made.requests, made.questions, config,
       {.request = [&](std::size_t i, const Estimate& e) { raced.estimates[i] = e; },
        .question = [&](std::size_t q, const RaceOutcome& o) { raced.outcomes[q] = o; }});
  return raced;
}

/// The winner among the choices that are left, or among all by exact values.
std::size_t winner(std::span<const double> nats, const std::vector<double>& divisors) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < nats.size(); ++i) {
    if (nats[i] / divisors[i] > nats[best] / divisors[best]) best = i;
  }
  return best;
}

TEST_CASE("a race eliminates the exact winner no more often than it may") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  const auto made = made_questions(7, 120, 3, 8);
  std::int64_t eliminated = 0;
  std::int64_t questions = 0;
  for (const std::uint64_t seed : {1U, 2U}) {
    const auto raced = run_race(
        model, made,
        {.racing = {.error = 0.05, .prompt_reuse = PromptReuse::off}, .cfg = 0.0, .seed = seed});
    for (const auto& question : made.questions) {
      std::vector<double> exact;
      for (std::size_t k = 0; k < question.count; ++k)
        exact.push_back(test::exact_elbo(model, made.requests[question.first + k]));
      bool lost = false;
      for (const auto& divisors : question.divisors) {
        const auto best = winner(exact, divisors);
        lost = lost || raced.estimates[question.first + best].eliminated;
      }
      eliminated += lost ? 1 : 0;
      questions += 1;
    }
  }
  INFO(eliminated << " of " << questions);
  const auto allowed = 0.05 * static_cast<double>(questions);
  CHECK(static_cast<double>(eliminated) <= allowed + 2.0 * std::sqrt(allowed));
}

TEST_CASE("races spend fewer rows than their cap and say how they ended") {
  const FakeModel model(test::fake_masked_diffusion(), test::mild_logits());
  const auto made = made_questions(7, 30, 3, 12);
  const auto raced =
      run_race(model, made, {.racing = {.error = 0.01, .prompt_reuse = PromptReuse::off}});
  std::int64_t rows = 0;
  std::int64_t cap = 0;
  for (std::size_t q = 0; q < made.questions.size(); ++q) {
    const auto& outcome = raced.outcomes[q];
    rows += outcome.rows;
    cap += outcome.rows_at_cap;
    CHECK(outcome.rows <= outcome.rows_at_cap);
    REQUIRE(outcome.undecided.size() == 2);
    std::int64_t left = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const auto& estimate = raced.estimates[made.questions[q].first + k];
      left += estimate.eliminated ? 0 : 1;
      if (estimate.enumerated) CHECK(estimate.standard_error == 0.0);
      if (estimate.enumerated) CHECK_FALSE(estimate.stopped);
      if (estimate.eliminated && !estimate.enumerated) CHECK(estimate.stopped);
    }
    CHECK(left >= 1);
  }
  CHECK(rows < cap / 2);
}

TEST_CASE("short choices are enumerated, and equal ones go to the first") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  Questions made;
  made.requests = {{.context = {1, 2}, .continuation = {3}},
                   {.context = {1, 2}, .continuation = {3}},
                   {.context = {1, 2}, .continuation = {4, 5}}};
  made.questions = {{.first = 0, .count = 3, .divisors = {{1, 1, 1}}}};
  const auto raced = run_race(model, made, {});
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(raced.estimates[k].enumerated);
    CHECK(raced.estimates[k].nats == Approx(test::exact_elbo(model, made.requests[k])));
  }
  CHECK(raced.outcomes.front().undecided == std::vector<bool>{false});
  CHECK(raced.estimates[0].rows + raced.estimates[1].rows == 1);  // the same row, computed once
}

TEST_CASE("short choices behind a long prompt end in full rows at the latest") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  const auto made = made_questions(7, 40, 20, 4);  // a quarter of them of 3 and of 4 tokens
  const auto raced = run_race(model, made, {});
  for (std::size_t q = 0; q < made.questions.size(); ++q) {
    std::vector<double> exact;
    for (std::size_t k = 0; k < 3; ++k)
      exact.push_back(test::exact_elbo(model, made.requests[made.questions[q].first + k]));
    for (std::size_t v = 0; v < 2; ++v) {
      CHECK_FALSE(raced.outcomes[q].undecided[v]);
      const auto best = winner(exact, made.questions[q].divisors[v]);
      CHECK_FALSE(raced.estimates[made.questions[q].first + best].eliminated);
    }
  }
}

TEST_CASE("a question of one choice has a value") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  Questions made;
  made.requests = {{.context = {1, 2}, .continuation = {3, 4, 5, 6, 1}}};
  made.questions = {{.first = 0, .count = 1, .divisors = {{1}}}};
  const auto raced = run_race(model, made, {});
  CHECK(raced.estimates.front().nats < 0.0);
  CHECK(raced.outcomes.front().rows == 8);
}

TEST_CASE("races come out the same however rows are packed, ordered and threaded") {
  for (const auto* checkpoint : {"mdm-tiny", "mdm-gqa"}) {
    const auto model = test::golden_model(checkpoint);
    const auto made = made_questions(model->info().vocab_tokens, 6, 24, 6);
    for (const auto reuse : {PromptReuse::off, PromptReuse::automatic}) {
      RacingConfig config{.racing = {.error = 0.01, .prompt_reuse = reuse}, .cfg = 0.5, .seed = 3};
      const auto expected = run_race(*model, made, config);
      for (const std::int64_t rows : {1, 7, 64}) {
        for (const int threads : {1, 2}) {
          const test::Threads with(threads);
          config.packing.rows_per_forward = rows;
          const auto again = run_race(*model, made, config);
          for (std::size_t i = 0; i < made.requests.size(); ++i) {
            REQUIRE(again.estimates[i].nats == expected.estimates[i].nats);
            REQUIRE(again.estimates[i].rows == expected.estimates[i].rows);
            REQUIRE(again.estimates[i].eliminated == expected.estimates[i].eliminated);
          }
        }
      }
      auto reversed = made;
      std::ranges::reverse(reversed.questions);
      const auto other = run_race(*model, reversed, config);
      for (std::size_t i = 0; i < made.requests.size(); ++i)
        REQUIRE(other.estimates[i].nats == expected.estimates[i].nats);
    }
  }
}

TEST_CASE("races refuse what they cannot run") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  const FakeModel autoregressive(test::fake_autoregressive(), test::strong_logits());
  const auto made = made_questions(7, 2, 3, 4);
  const auto error = [&](const LanguageModel& with, const Questions& what, double rate) {
    return test::error_text<std::invalid_argument>(
        [&] { return run_race(with, what, {.racing = {.error = rate}}).estimates.size(); });
  };
  CHECK(test::contains(error(autoregressive, made, 0.01), "racing"));
  CHECK(test::contains(error(model, made, 0.0), "error rate above 0 and below 0.5"));
  auto wrong = made;
  wrong.requests[1].context.push_back(1);
  CHECK(test::contains(error(model, wrong, 0.01), "question 0: wanted requests with one context"));
  wrong = made;
  wrong.questions[1].divisors[0][2] = 0.0;
  CHECK(test::contains(error(model, wrong, 0.01), "question 1: wanted a divisor above 0"));
  wrong.questions[1].count = 100;
  CHECK(test::contains(error(model, wrong, 0.01), "question 1: wanted at least one request"));
}

}  // namespace
}  // namespace smdm
