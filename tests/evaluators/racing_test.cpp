#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "evaluators/likelihood/likelihood.hpp"
#include "evaluators/racing/race.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/exact_elbo.hpp"
#include "tests/support/golden_model.hpp"
#include "tests/support/loss_table.hpp"
#include "tests/support/threads.hpp"

namespace smdm {
namespace {

using test::FakeModel;

/// A question by the places of its requests in a list.
struct PlacedQuestion {
  std::size_t first = 0;
  std::size_t count = 0;
  std::vector<std::vector<double>> divisors;

  [[nodiscard]] RaceQuestion of(std::span<const TokenRequest> requests) const {
    return {.requests = requests.subspan(first, count), .divisors = divisors};
  }
};

/// Questions with one context each; choices of 1 to `longest` tokens.
struct Questions {
  std::vector<TokenRequest> requests;
  std::vector<PlacedQuestion> questions;
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
    PlacedQuestion question{.first = made.requests.size(), .count = 3, .divisors = {{1, 1, 1}, {}}};
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
  std::vector<RaceQuestion> questions;
  for (const auto& question : made.questions) questions.push_back(question.of(made.requests));
  race(model, questions, config,
       [&](std::size_t q, const std::vector<Estimate>& estimates, const RaceOutcome& outcome) {
         const auto first = static_cast<std::ptrdiff_t>(made.questions[q].first);
         std::ranges::copy(estimates, raced.estimates.begin() + first);
         raced.outcomes[q] = outcome;
       });
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

/// A question whose losses are known for every subset.
struct TabledQuestion {
  std::vector<TokenRequest> requests;
  std::vector<test::LossTable> tables;
  PlacedQuestion question;
  std::vector<double> exact;  ///< nats
};

/// Of many continuations the three whose values lie closest together, under both verdicts: the
/// question in which chance has most to say.
TabledQuestion near_tie(const FakeModel& model,
                        const FakeModel& frozen,
                        std::size_t length,
                        std::uint32_t seed) {
  constexpr std::size_t kCandidates = 24;
  std::mt19937 bits(seed);
  const auto ids = [&](std::size_t count) {
    std::vector<std::int64_t> list(count);
    for (auto& id : list) id = static_cast<std::int64_t>(bits() % 7);
    return list;
  };
  const auto context = ids(3);
  std::vector<std::pair<double, TokenRequest>> all;
  for (std::size_t k = 0; k < kCandidates; ++k) {
    TokenRequest request{.context = context, .continuation = ids(length)};
    all.emplace_back(-test::LossTable(model, request).exact(), request);
  }
  std::ranges::sort(all, {}, [](const auto& pair) { return pair.first; });
  std::size_t first = 0;
  for (std::size_t k = 0; k + 2 < all.size(); ++k) {
    if (all[k + 2].first - all[k].first < all[first + 2].first - all[first].first) first = k;
  }
  TabledQuestion made;
  made.question = {.first = 0, .count = 3, .divisors = {{1, 1, 1}, {}}};
  for (std::size_t k = first; k < first + 3; ++k) {
    made.exact.push_back(all[k].first);
    made.requests.push_back(all[k].second);
    made.tables.emplace_back(model, all[k].second, frozen);
    const auto noise = 1.0 + 0.01 * static_cast<double>(bits() % 100) / 100.0;
    made.question.divisors[1].push_back(-all[k].first * noise);
  }
  return made;
}

/// Races over questions and seeds.
struct Rate {
  std::int64_t races = 0;
  std::int64_t lost = 0;  ///< those in which the exact winner of some verdict was ruled out of it
  std::int64_t undecided = 0;
  double rows = 0.0;
};

Rate race_many(std::span<const TabledQuestion> questions, const Racing& config, int seeds) {
  Rate rate;
  for (const auto& one : questions) {
    for (int seed = 0; seed < seeds; ++seed) {
      RaceOutcome outcome;
      const auto plan = racing_plan(
          one.question.of(one.requests), config,
          balanced_draws(static_cast<std::uint64_t>(seed), one.requests.front().context),
          [&](const RaceOutcome& value) { outcome = value; });
      static_cast<void>(test::run(one.tables, *plan));
      bool lost = false;
      for (std::size_t v = 0; v < 2; ++v)
        lost = lost || !outcome.left[v][winner(one.exact, one.question.divisors[v])];
      rate.races += 1;
      rate.lost += lost ? 1 : 0;
      rate.undecided += outcome.undecided[0] || outcome.undecided[1] ? 1 : 0;
      rate.rows += static_cast<double>(outcome.rows);
    }
  }
  return rate;
}

/// Logits under guidance w: the unconditional branch does not see the first `context` ids.
FakeModel::Logits guided(const FakeModel::Logits& logits, std::size_t context, float w) {
  return [=](std::span<const std::int64_t> ids, std::size_t position) {
    auto values = logits(ids, position);
    std::vector<std::int64_t> hidden(ids.begin(), ids.end());
    std::fill_n(hidden.begin(), context, 7);  // the mask
    const auto free = logits(hidden, position);
    for (std::size_t v = 0; v < values.size(); ++v)
      values[v] = free[v] + (w + 1.0F) * (values[v] - free[v]);
    return values;
  };
}

/// Thousands of races between near ties.
void check_error_rate(const FakeModel::Logits& logits,
                      const FakeModel::Logits& frozen_logits,
                      std::size_t length,
                      PromptReuse reuse) {
  const FakeModel model(test::fake_masked_diffusion(), logits);
  const FakeModel frozen(test::fake_masked_diffusion(), frozen_logits);
  std::vector<TabledQuestion> questions;
  constexpr std::uint32_t kQuestions = 30;
  for (std::uint32_t q = 0; q < kQuestions; ++q)
    questions.push_back(near_tie(model, frozen, length, 100 + q));
  for (const double error : {0.05, 0.01}) {
    constexpr int kSeeds = 60;
    const auto rate = race_many(questions, {.error = error, .prompt_reuse = reuse}, kSeeds);
    INFO("length " << length << ", error " << error << ": winner lost in " << rate.lost << " of "
                   << rate.races << ", undecided " << rate.undecided);
    const auto allowed = error * static_cast<double>(rate.races);
    CHECK(static_cast<double>(rate.lost) <= allowed);
  }
}

TEST_CASE("a race rules the exact winner out no more often than it may, near ties included") {
  for (const std::size_t length : {4U, 6U}) {
    for (const auto& logits : {test::mild_logits(), test::strong_logits()})
      check_error_rate(logits, logits, length, PromptReuse::off);
  }
  const auto strong = test::strong_logits();
  check_error_rate(guided(strong, 3, 0.6F), strong, 6, PromptReuse::off);
}

TEST_CASE("likewise over a frozen prompt, however wrong it is") {
  const auto mild = test::mild_logits();
  const auto strong = test::strong_logits();
  const auto nearly_mild = [&](std::span<const std::int64_t> ids, std::size_t position) {
    auto values = mild(ids, position);
    const auto noise = test::scrambled_logits(0.1)(ids, position);
    for (std::size_t v = 0; v < values.size(); ++v) values[v] += noise[v];
    return values;
  };
  for (const std::size_t length : {4U, 6U}) {
    check_error_rate(mild, nearly_mild, length, PromptReuse::on);
    check_error_rate(mild, strong, length, PromptReuse::on);
    check_error_rate(strong, test::scrambled_logits(2.0), length, PromptReuse::on);
  }
  check_error_rate(guided(mild, 3, 0.6F), guided(nearly_mild, 3, 0.6F), 6, PromptReuse::on);
}

TEST_CASE("a verdict's answer is one of those that its own race left") {
  // Near ties but for the divisors, which are largest where nats are lowest: other winners.
  const FakeModel model(test::fake_masked_diffusion(), test::mild_logits());
  std::int64_t split = 0;
  for (std::uint32_t q = 0; q < 20; ++q) {
    auto made = near_tie(model, model, 6, q);
    made.question.divisors[1] = {4.0, 2.0, 1.0};
    RaceOutcome outcome;
    const auto plan =
        racing_plan(made.question.of(made.requests), {.prompt_reuse = PromptReuse::off},
                    balanced_draws(1, made.requests.front().context),
                    [&](const RaceOutcome& value) { outcome = value; });
    const auto estimates = test::run(made.tables, *plan);
    for (std::size_t k = 0; k < 3; ++k) {
      const bool in_acc = outcome.left[0][k];
      const bool in_norm = outcome.left[1][k];
      CHECK(estimates[k].eliminated == (!in_acc && !in_norm));
      split += in_acc != in_norm ? 1 : 0;
    }
    for (std::size_t v = 0; v < 2; ++v)
      CHECK(outcome.undecided[v] == (std::ranges::count(outcome.left[v], true) > 1));
  }
  CHECK(split > 10);
}

TEST_CASE("what the first look enumerates does not reuse the prompt") {
  const FakeModel model(test::fake_masked_diffusion(), test::strong_logits());
  Questions made;
  made.requests = {{.context = std::vector<std::int64_t>(20, 1), .continuation = {3, 1, 2}},
                   {.context = std::vector<std::int64_t>(20, 1), .continuation = {4, 5, 2}}};
  made.questions = {{.first = 0, .count = 2, .divisors = {{1, 1}}}};
  const auto raced = run_race(model, made, {});
  CHECK(raced.outcomes.front().rows == 14);  // 7 of each, of which some are equal
  CHECK(raced.outcomes.front().full_rows == 14);
  for (const auto& estimate : raced.estimates) {
    CHECK(estimate.enumerated);
    CHECK_FALSE(estimate.prompt_reuse);
  }
}

TEST_CASE("rows of a race are all that were computed") {
  const FakeModel model(test::fake_masked_diffusion(), test::mild_logits());
  const FakeModel wrong(test::fake_masked_diffusion(), test::strong_logits());
  const auto made = near_tie(model, wrong, 4, 3);
  RaceOutcome outcome;
  const auto plan = racing_plan(made.question.of(made.requests), {.prompt_reuse = PromptReuse::on},
                                balanced_draws(1, made.requests.front().context),
                                [&](const RaceOutcome& value) { outcome = value; });
  std::set<std::tuple<std::size_t, bool, Subset>> rows;
  std::int64_t full = 0;
  for (auto asked = plan->next(); !asked.empty(); asked = plan->next()) {
    std::vector<RowLosses> losses;
    for (const auto& one : asked) {
      const bool is_new = rows.emplace(one.request, one.row.frozen_prompt, one.row.hidden).second;
      full += is_new && !one.row.frozen_prompt ? 1 : 0;
      losses.push_back(made.tables[one.request].losses(one.row));
    }
    plan->take(losses);
  }
  static_cast<void>(plan->estimates());
  CHECK(outcome.rows == std::ssize(rows));
  CHECK(outcome.full_rows == full);
  CHECK(full == 3 * 15);       // in the end full rows over all subsets
  CHECK(outcome.rows > full);  // cheap ones were in vain
}

TEST_CASE("tiny error rates have a quantile") {
  const FakeModel model(test::fake_masked_diffusion(), test::mild_logits());
  const auto made = made_questions(7, 4, 3, 6);
  CHECK_NOTHROW(run_race(model, made, {.racing = {.error = 1e-17}}));
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
    for (std::size_t k = 0; k < 3; ++k) {
      const auto length = made.requests[made.questions[q].first + k].continuation.size();
      cap += std::min(kRaceRows, subset_count(length));
    }
    CHECK(outcome.full_rows == outcome.rows);
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
  CHECK(raced.outcomes.front().rows <= 8);  // equal ones count once
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
          config.packing.tokens_per_forward =
              threads == 1 ? PackingLimits{}.tokens_per_forward : 150;
          const auto again = run_race(*model, made, config);
          for (std::size_t i = 0; i < made.requests.size(); ++i) {
            REQUIRE(again.estimates[i].nats == expected.estimates[i].nats);
            REQUIRE(again.estimates[i].standard_error == expected.estimates[i].standard_error);
            REQUIRE(again.estimates[i].rows == expected.estimates[i].rows);
            REQUIRE(again.estimates[i].tokens == expected.estimates[i].tokens);
            REQUIRE(again.estimates[i].eliminated == expected.estimates[i].eliminated);
            REQUIRE(again.estimates[i].stopped == expected.estimates[i].stopped);
          }
          for (std::size_t q = 0; q < made.questions.size(); ++q) {
            REQUIRE(again.outcomes[q].undecided == expected.outcomes[q].undecided);
            REQUIRE(again.outcomes[q].left == expected.outcomes[q].left);
            REQUIRE(again.outcomes[q].rows == expected.outcomes[q].rows);
            REQUIRE(again.outcomes[q].full_rows == expected.outcomes[q].full_rows);
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
  wrong.questions[1].count = 0;
  CHECK(test::contains(error(model, wrong, 0.01), "question 1: wanted at least one request"));
}

}  // namespace
}  // namespace smdm
