// An Answer and its cost depend on its own Item alone, and every Answer is handed out once.
#include "harness/run/compute.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics/accuracy.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/ready.hpp"
#include "tasks/ask/catalog.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_model.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

Settings embedded(const std::string& model) {
  const auto root = std::filesystem::path(SMDM_SOURCE_DIR) / "embedded";
  Settings settings;
  settings.model = (root / model).string();
  settings.data = (root / "data").string();
  settings.limit = 6.0;
  settings.seed = 3;
  return settings;
}

struct Opened {
  Session session;
  ReadyTask task;
};

Opened opened(const std::string& task, const Settings& settings) {
  std::vector<std::string> notes;
  Opened all{.session = open_session(model_settings(settings)), .task = {}};
  const auto found = find_tasks(std::vector<std::string>{task}).front();
  all.task = made_ready(found, settings, all.session, notes).front();
  return all;
}

std::vector<Answer> answers_of(const Session& session,
                               std::span<const Item> items,
                               const Decided& decided) {
  std::vector<Answer> answers(items.size());
  std::vector<int> calls(items.size());
  compute(session, items, decided, [&](std::size_t i, Answer answer) {
    calls[i] += 1;
    answers[i] = std::move(answer);
  });
  CHECK(calls == std::vector<int>(items.size(), 1));
  return answers;
}

bool same(const Answer& a, const Answer& b) {
  if (a.value.index() != b.value.index()) return false;
  if (const auto* passes = std::get_if<Passes>(&a.value)) {
    return std::ranges::equal(*passes, std::get<Passes>(b.value), [](const auto& x, const auto& y) {
      return x.output_ids == y.output_ids && x.forwards == y.forwards;
    });
  }
  const auto& of_a = std::get<Likelihoods>(a.value);
  const auto& of_b = std::get<Likelihoods>(b.value);
  return of_a.race.has_value() == of_b.race.has_value() &&
         std::ranges::equal(of_a.estimates, of_b.estimates, [](const auto& x, const auto& y) {
           return x.nats == y.nats && x.standard_error == y.standard_error && x.rows == y.rows &&
                  x.tokens == y.tokens && x.is_greedy == y.is_greedy &&
                  x.eliminated_from == y.eliminated_from;
         });
}

/// All Items together, in reverse, and one by one.
void check_task(const std::string& task, const Settings& settings) {
  INFO(task);
  const auto [session, ready] = opened(task, settings);
  REQUIRE(ready.items.size() >= 3);
  const auto together = answers_of(session, ready.items, ready.decided);
  auto reversed = ready.items;
  std::ranges::reverse(reversed);
  const auto backwards = answers_of(session, reversed, ready.decided);
  for (std::size_t i = 0; i < ready.items.size(); ++i) {
    CHECK(same(together[i], backwards[ready.items.size() - 1 - i]));
    const auto alone = answers_of(session, std::span(ready.items).subspan(i, 1), ready.decided);
    CHECK(same(together[i], alone.front()));
  }
}

TEST_CASE("likelihoods and their cost depend on their own document alone") {
  for (const auto* estimator : {"auto", "balanced", "fixed-count", "chain-rule"}) {
    auto settings = embedded("micro-base-mdm");
    settings.estimator = estimator;
    check_task("piqa", settings);
  }
  check_task("lambada_standard", embedded("micro-base-mdm"));
  check_task("hellaswag", embedded("micro-base-arm"));
}

TEST_CASE("documents that ask the same share nothing") {
  for (const auto* model : {"micro-base-mdm", "micro-base-arm"}) {
    auto [session, ready] = opened("piqa", embedded(model));
    const auto alone = answers_of(session, std::span(ready.items).first(1), ready.decided);
    ready.items.resize(1);
    ready.items.push_back(ready.items.front());
    const auto twice = answers_of(session, ready.items, ready.decided);
    CHECK(same(alone.front(), twice[0]));
    CHECK(same(alone.front(), twice[1]));
  }
}

TEST_CASE("races depend on their own question alone") {
  auto settings = embedded("micro-base-mdm");
  settings.racing = true;
  check_task("openbookqa", settings);
}

TEST_CASE("generations depend on their own prompt alone, in both stages") {
  auto settings = embedded("micro-gsm8k-mdm");
  settings.steps = 6;
  settings.stages = 2;
  settings.limit = 3.0;
  check_task("gsm8k", settings);
  check_task("gsm8k", [] {
    auto of_arm = embedded("micro-gsm8k-arm");
    of_arm.limit = 3.0;
    return of_arm;
  }());
}

TEST_CASE("a second stage follows from the text of the first, where it fits") {
  auto settings = embedded("micro-gsm8k-mdm");
  settings.steps = 4;
  settings.limit = 3.0;
  settings.cfg = 0.0;
  settings.cfg_second = 0.5;
  settings.stages = 2;
  const auto [session, ready] = opened("gsm8k", settings);
  const auto& generation = std::get<GenerationSettings>(ready.decided.work);
  REQUIRE(generation.second_cfg == 0.5);
  for (const auto& answer : answers_of(session, ready.items, ready.decided)) {
    const auto& passes = std::get<Passes>(answer.value);
    REQUIRE(!passes.empty());
    const Answer first{Passes{passes.front()}};
    const auto follower = next(ready.items.front(), first, generation, session);
    CHECK(follower.has_value() == (passes.size() == 2));
    if (!follower) continue;
    const auto text = session.text().tokenizer().decode(passes.front().output_ids);
    CHECK(follower->ids.prompt == session.text().prompt(text));
    CHECK_FALSE(next(*follower, answer, generation, session));
  }
  auto one_stage = generation;
  one_stage.second_cfg.reset();
  const auto answers = answers_of(session, ready.items, ready.decided);
  const Answer first{Passes{std::get<Passes>(answers.front().value).front()}};
  CHECK_FALSE(next(ready.items.front(), first, one_stage, session));
}

/// NaN in rows that hold the token 5, and numbers elsewhere, which never choose it.
std::vector<float> logits_but_for_5(std::span<const std::int64_t> ids, std::size_t /*position*/) {
  const bool odd = std::ranges::find(ids, 5) != ids.end();
  std::vector<float> logits(7, odd ? std::numeric_limits<float>::quiet_NaN() : 0.0F);
  logits[5] = -1000.0F;
  return logits;
}

/// Documents whose prompts and contexts are one token each: the third and the last have a 5.
std::vector<Item> items_with_5() {
  std::vector<Item> items;
  for (const std::int64_t id : {1, 2, 5, 3, 5}) {
    items.push_back({.name = "document " + std::to_string(items.size()),
                     .document = {},
                     .asked = Request{},
                     .ids = {.requests = {{.context = {id}, .continuation = {4, 6}},
                                          {.context = {id}, .continuation = {6, 4}}},
                             .prompt = {id},
                             .verdicts = {{.metric = "acc", .divisors = {1.0, 1.0}}}}});
  }
  return items;
}

TEST_CASE("a likelihood that is no number is an error with the name of the document") {
  MultipleChoice task;
  task.info.metrics = {metrics::accuracy()};
  const Item item{.name = "document 3",
                  .document = {},
                  .asked = Question{.context = "q", .choices = {"a", "b"}, .gold = 0},
                  .ids = {.requests = {{.context = {1}, .continuation = {4}},
                                       {.context = {1}, .continuation = {5}}},
                          .prompt = {},
                          .verdicts = {}}};
  std::vector<Estimate> estimates(2);
  estimates[1].nats = std::numeric_limits<double>::quiet_NaN();
  const Answer answer{Likelihoods{.estimates = std::move(estimates), .race = {}}};
  const auto error = test::error_text<ErrorKind::checkpoint>(
      [&] { return judge(task, Decided{}, item, answer, Session{}).values.size(); });
  CHECK(error == "document 3: wanted a log-likelihood that is a number, got nan");
}

TEST_CASE("a model that gives no numbers is an error with the name of the document") {
  const auto refused = [](const ModelInfo& info, const auto& work) {
    Decided decided;
    decided.work = work;
    Session session;
    session.model = std::make_unique<test::FakeModel>(info, logits_but_for_5);
    const auto items = items_with_5();
    std::vector<std::size_t> answered;
    const auto error = test::error_text<ErrorKind::checkpoint>([&] {
      compute(session, items, decided,
              [&](std::size_t i, const Answer&) { answered.push_back(i); });
      return 0;
    });
    CHECK(test::contains(error, "document 2: wanted finite log"));
    CHECK(std::ranges::find(answered, 2U) == answered.end());
  };
  const auto diffusion = test::fake_masked_diffusion();
  const auto autoregressive = test::fake_autoregressive();
  for (const bool greedy : {false, true}) {
    LikelihoodSettings likelihood;
    likelihood.config = {.estimator = ChainRule{}, .greedy = greedy};
    refused(diffusion, likelihood);
    likelihood.config.cfg = 0.5;
    refused(diffusion, likelihood);
    likelihood.config = {.estimator = TeacherForcing{}, .greedy = greedy};
    refused(autoregressive, likelihood);
  }
  LikelihoodSettings race;
  race.racing = Racing{};
  refused(diffusion, race);
  for (const double temperature : {0.0, 1.0}) {
    for (const auto sampler : {Sampler::confidence, Sampler::ancestral}) {
      refused(diffusion,
              GenerationSettings{
                  .generator = UnmaskingConfig{.policy = {.sampler = sampler, .steps = 4},
                                               .total_length = 8,
                                               .temperature = temperature},
                  .second_cfg = {}});
    }
    refused(autoregressive,
            GenerationSettings{
                .generator = DecodingConfig{.total_length = 8, .temperature = temperature},
                .second_cfg = {}});
  }
  refused(autoregressive, CorpusSettings{.config = {.estimator = TeacherForcing{}}});
}

TEST_CASE("what the configuration says ends a text, else the tokenizer does") {
  Session session;
  CHECK(session.end_ids().empty());
  session.checkpoint.config.eos_ids = {3, 6};
  CHECK(session.end_ids() == std::vector<std::int64_t>{3, 6});
  const auto own = opened("gsm8k", embedded("micro-gsm8k-arm"));
  CHECK(own.session.end_ids() == std::vector{own.session.text().tokenizer().eos_id()});
}

TEST_CASE("every id that ends a text ends what is decoded") {
  Session session;
  session.model =
      std::make_unique<test::FakeModel>(test::fake_autoregressive(), test::scrambled_logits(2.0));
  session.checkpoint.config.eos_ids = {1, 4};
  std::vector<Item> items(20);
  for (std::size_t i = 0; i < items.size(); ++i)
    items[i].ids.prompt = {static_cast<std::int64_t>(i % 7), static_cast<std::int64_t>(i / 7)};
  Decided decided;
  GenerationSettings generation;
  generation.generator = DecodingConfig{.total_length = 40};
  decided.work = generation;
  std::vector<std::size_t> ends(7);
  for (const auto& answer : answers_of(session, items, decided)) {
    const auto& ids = std::get<Passes>(answer.value).front().output_ids;
    if (ids.size() < 40) ends[static_cast<std::size_t>(ids.back())] += 1;
    for (std::size_t i = 2; i + 1 < ids.size(); ++i) CHECK((ids[i] != 1 && ids[i] != 4));
  }
  CHECK(ends[1] > 0);
  CHECK(ends[4] > 0);
}

}  // namespace
}  // namespace smdm
