// How values rank answers: on tables whose likelihoods are worked out by hand, and on stored ones.
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "evaluators/likelihood/all_estimators.hpp"
#include "evaluators/subsets/lattice.hpp"
#include "harness/bench/rank.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_model.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Same = std::vector<double>;

constexpr int kUsage = 2;
constexpr int kData = 3;

/// The losses of a target of two tokens: of both hidden, of each where it alone is.
struct Pair {
  double both_0, both_1, alone_0, alone_1;
};

// In nats: any_order -2, ELBO -2, all at once -2, each alone -2, the first one -1.
constexpr Pair kPlain{.both_0 = 1, .both_1 = 1, .alone_0 = 1, .alone_1 = 1};
// One order costs 0.8 and the other 9: any_order -1.49, ELBO -4.9, all at once -5.5, each alone
// -4.3, the first one -0.5.
constexpr Pair kUneven{.both_0 = 0.5, .both_1 = 5, .alone_0 = 4, .alone_1 = 0.3};
// any_order and ELBO -6, the first one -3.
constexpr Pair kPoor{.both_0 = 3, .both_1 = 3, .alone_0 = 3, .alone_1 = 3};
// any_order -2.99, ELBO -3.25, the first one -1 as of kPlain.
constexpr Pair kSecond{.both_0 = 1, .both_1 = 2, .alone_0 = 2, .alone_1 = 1.5};

std::vector<RowLosses> table_of(const Pair& pair) {
  return {{}, {pair.alone_0}, {pair.alone_1}, {pair.both_0, pair.both_1}};
}

/// Questions of such targets; the second verdict divides the second choice by ten.
StudiedTask made_task(const std::vector<std::vector<Pair>>& questions) {
  StudiedTask study;
  study.name = "made";
  study.metrics = {"acc", "acc_norm"};
  for (const auto& choices : questions) {
    std::vector<double> characters(choices.size(), 1.0);
    characters[1] = 10.0;
    study.questions.push_back({.first = study.requests.size(),
                               .count = choices.size(),
                               .divisors = {std::vector<double>(choices.size(), 1.0), characters}});
    study.clusters.emplace_back();
    for (std::size_t k = 0; k < choices.size(); ++k) {
      const auto context = static_cast<std::int64_t>(study.questions.size());
      study.requests.push_back({.context = {context}, .continuation = {0, 0}});
    }
  }
  std::size_t next = 0;
  for (const auto& choices : questions) {
    for (const auto& pair : choices)
      study.tables.push_back(smdm::table_of(study.requests[next++], table_of(pair)));
  }
  return study;
}

const RankedValue& value_named(const RankStudy& study, const std::string& name) {
  const auto found = std::ranges::find(study.values, name, &RankedValue::name);
  REQUIRE(found != study.values.end());
  return *found;
}

/// What a value says of a question under acc.
QuestionAgreement of(const RankStudy& study, const std::string& name, std::size_t question) {
  return value_named(study, name).agreements.at(0).at(question);
}

StudiedTask three_questions() {
  return made_task({{kPlain, kUneven, kPoor}, {kPlain, kPlain}, {kPlain, kSecond}});
}

/// Stored tables of two questions of one task, and of one of another.
struct Stored {
  test::TemporaryFolder folder;
  test::TensorMap tensors;
  Json json = Json::array();

  Stored() {
    add("quiz", {kPlain, kUneven}, {7, 30});
    add("quiz", {kPlain, kSecond}, {2, 2});
    add("other", {kPoor, kPlain}, {5, 6});
  }

  void add(const std::string& task, const std::vector<Pair>& choices, const Json& characters) {
    const auto number = json.size();
    Json stored = {{"question", number}, {"task", task}, {"characters", characters}};
    for (const auto& pair : choices) {
      const auto name =
          "q00" + std::to_string(number) + ".c" + std::to_string(stored["choices"].size());
      const auto f = [](double value) { return static_cast<float>(value); };
      tensors[name] = {
          .shape = {4, 2},
          .values = {0, 0, f(pair.alone_0), 0, 0, f(pair.alone_1), f(pair.both_0), f(pair.both_1)}};
      stored["choices"].push_back({{"tokens", 2}});
    }
    json.push_back(stored);
  }

  [[nodiscard]] std::string file(const std::string& ending = "") const {
    return (folder.path() / "made").string() + ending;
  }

  void write() const {
    test::write_file(file(".json"), json.dump());
    test::write_safetensors(file(".safetensors"), tensors, test::StoredType::f32);
  }

  [[nodiscard]] std::vector<StudiedTask> read(const std::string& ending = "") const {
    write();
    BenchEstimatorSettings settings;
    settings.tables = file(ending);
    return stored_tasks(settings);
  }

  /// The text of the error that reading ends with.
  [[nodiscard]] std::string refusal() const {
    return test::error_text<ErrorKind::data>([&] { return read().size(); });
  }
};

}  // namespace

TEST_CASE("agreement with the likelihood is what tables of known likelihoods say") {
  const auto task = three_questions();
  const auto ranks = rank_study(task, 3);
  CHECK(ranks.choices == 7);
  // any_order picks the uneven choice, before the plain and the poor one.
  const std::map<std::string, std::pair<double, double>> first = {
      {"one-step", {0.0, 1.0 / 3.0}},
      {"pll", {0.0, 1.0 / 3.0}},
      {"first-token", {1.0, 1.0}},
      {"chain-rule, duel left_to_right", {1.0, 1.0}},
      {"exact (ELBO)", {0.0, 1.0 / 3.0}}};
  for (const auto& [name, wanted] : first) {
    INFO(name);
    CHECK(of(ranks, name, 0).same == Same{wanted.first});
    CHECK(of(ranks, name, 0).tau.value() == Approx(wanted.second));
    // Equal choices: the first one wins, and there is no order to find.
    CHECK(of(ranks, name, 1).same == Same{1.0});
    CHECK_FALSE(of(ranks, name, 1).tau.has_value());
    CHECK(of(ranks, name, 2).same == Same{1.0});
    CHECK(of(ranks, name, 2).tau.value() == (name == "first-token" ? 0.0 : 1.0));
  }
  // By the second verdict the bound finds the likelihood's choice, since that is ten times as long.
  CHECK(value_named(ranks, "exact (ELBO)").agreements.at(1).at(0).same == Same{1.0});
  CHECK(value_named(ranks, "one-step").rows_per_choice == 1.0);
  CHECK(value_named(ranks, "pll").rows_per_choice == 2.0);
  CHECK(value_named(ranks, "exact (ELBO)").rows_per_choice == 3.0);
}

TEST_CASE("values that the tables do not have are there without agreements") {
  auto task = three_questions();
  const std::vector<std::string> policies = {"duel confidence", "duel margin", "duel entropy"};
  const auto without = rank_study(task, 1);
  for (const auto& name : policies) CHECK(value_named(without, name).agreements.empty());
  CHECK(value_named(without, "in-view").agreements.empty());
  CHECK(contains(rank_table(std::vector{without}), "|duel margin "));
  for (auto& table : task.tables) {
    table.ranks.resize(4);
    for (std::size_t bits = 1; bits < 4; ++bits) {
      const std::vector<double> by(table.full[bits].size(), 0.5);
      table.ranks[bits] = {.confidence = by, .margin = by, .entropy = by};
    }
    table.ranks[3].margin = {0.1, 0.9};  // the second token first, which costs 9 of the uneven one
  }
  task.in_view = {-5.0, -4.0, -3.0, 0.0, 0.0, -1.0, -2.0};
  const auto with = rank_study(task, 1);
  CHECK(of(with, "duel confidence", 0).same == Same{1.0});
  CHECK(of(with, "duel margin", 0).same == Same{0.0});
  CHECK(value_named(with, "duel margin").rows_per_choice == 2.0);
  CHECK(of(with, "in-view", 0).same == Same{0.0});
  CHECK(of(with, "in-view", 0).tau.value() == Approx(-1.0 / 3.0));
  CHECK(of(with, "in-view", 2).tau.value() == 1.0);
}

TEST_CASE("tables of a model give the values that the model gives, guided or not") {
  const test::FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const std::vector<TokenRequest> requests = {{.context = {1, 4}, .continuation = {3, 0, 6, 1}},
                                              {.context = {1, 4}, .continuation = {0, 0, 2}},
                                              {.context = {5}, .continuation = {2, 2}}};
  for (const double cfg : {0.0, 0.8}) {
    const auto tables =
        loss_tables(model, requests, {.cfg = cfg, .ranks = WithRanks::yes, .packing = {}});
    const auto given = [&](const Estimator& estimator, std::size_t i) {
      return Approx(score(model, requests, {.estimator = estimator, .cfg = cfg})[i].nats)
          .epsilon(1e-6);
    };
    for (std::size_t i = 0; i < requests.size(); ++i) {
      INFO("request " << i << ", cfg " << cfg);
      double nats = 0.0;
      const auto scoring = scoring_on(tables[i], [&](const Estimate& one) { nats = one.nats; });
      for (const auto kind :
           {ScoreKind::one_step, ScoreKind::pseudo_likelihood, ScoreKind::first_token}) {
        run_on(tables[i], *ranking_score_source(scoring, {.kind = kind}));
        CHECK(nats == given(RankingScore{.kind = kind}, i));
      }
      run_on(tables[i], *chain_rule_source(scoring));
      CHECK(nats == given(ChainRule{}, i));
      const auto values =
          order_values(requests[i].continuation.size(), std::span(tables[i].full).subspan(1),
                       std::span(tables[i].ranks).subspan(1));
      CHECK(values.left_to_right == given(ChainRule{}, i));
      CHECK(values.margin.value() ==
            given(Duel{.policy = {.sampler = Sampler::margin, .steps = 0}}, i));
      CHECK(values.entropy.value() ==
            given(Duel{.policy = {.sampler = Sampler::entropy, .steps = 0}}, i));
    }
  }
}

TEST_CASE("every estimator is ranked at its default budget, over seeds where it is random") {
  const auto task = three_questions();
  constexpr std::int64_t kSeeds = 8;
  const auto ranks = rank_study(task, kSeeds);
  std::size_t random = 0;
  for (const auto& [name, estimator] : kAllEstimators) {
    if (std::holds_alternative<Duel>(estimator) || std::holds_alternative<ChainRule>(estimator) ||
        std::holds_alternative<ExactSum>(estimator))
      continue;  // their rows have names of their own
    const auto& value = value_named(ranks, name);
    random += value.random ? 1 : 0;
    CHECK(value.random == !is_score_name(name));
  }
  CHECK(random == 5);
  CHECK(value_named(ranks, "orders, any_order_low").random);
  // Three subsets are no more than 32 rows.
  for (const auto* name : {"auto", "balanced"}) {
    CHECK(of(ranks, name, 0).same == Same(kSeeds, of(ranks, "exact (ELBO)", 0).same.front()));
    CHECK(value_named(ranks, name).rows_per_choice == 3.0);
  }
  CHECK(of(ranks, "fixed-count", 0).same.size() == kSeeds);
  CHECK(value_named(ranks, "mc").rows_per_choice <= 3.0);
}

TEST_CASE("intervals over questions: Wilson's of verdicts, Student's of other correlations") {
  const auto ranks = rank_study(three_questions(), 1);
  const auto agreement =
      agreement_of(value_named(ranks, "one-step").agreements.at(0), ranks.clusters);
  CHECK(agreement.same == Approx(2.0 / 3.0));
  CHECK(agreement.same_interval.value().low == Approx(0.2077).margin(1e-4));
  CHECK(agreement.same_interval.value().high == Approx(0.9385).margin(1e-4));
  CHECK(agreement.tau.value() == Approx(2.0 / 3.0));
  const std::vector<QuestionAgreement> questions = {
      {.same = {1.0}, .tau = 0.2}, {.same = {1.0}, .tau = -0.3}, {.same = {0.0}, .tau = 0.1}};
  const auto three = agreement_of(questions, std::vector<std::string>(3));
  constexpr double kReach = 4.302652729911275 * 0.26457513110645908 / 1.7320508075688772;
  CHECK(three.tau.value() == Approx(0.0).margin(1e-12));
  CHECK(three.tau_interval.value().low == Approx(-kReach));
  CHECK(three.tau_interval.value().high == Approx(kReach));
  // Two choices: every tau is 1 or -1, and all right is no certainty.
  const std::vector<QuestionAgreement> all(10, {.same = {1.0}, .tau = 1.0});
  const auto certain = agreement_of(all, std::vector<std::string>(10));
  CHECK(certain.tau.value() == 1.0);
  CHECK(certain.tau_interval.value().low == Approx(2.0 * certain.same_interval.value().low - 1.0));
  CHECK(certain.tau_interval.value().low < 0.6);
  // No correlation is above 1.
  const std::vector<QuestionAgreement> high = {{.same = {1.0}, .tau = 1.0},
                                               {.same = {1.0}, .tau = 0.5}};
  CHECK(agreement_of(high, std::vector<std::string>(2)).tau_interval.value().high == 1.0);
}

TEST_CASE("seeds of a question are no questions") {
  const auto interval_of = [](const std::vector<QuestionAgreement>& questions,
                              const std::vector<std::string>& clusters) {
    const auto agreement = agreement_of(questions, clusters);
    CHECK(agreement.same == Approx(0.75));
    return agreement.same_interval.value();
  };
  const std::vector<std::string> alone(4);
  const auto once =
      interval_of({{.same = {1}}, {.same = {1}}, {.same = {1}}, {.same = {0}}}, alone);
  // Seeds that always agree say as much as one, and the spread is known as of four questions.
  const Same right(50, 1.0);
  const auto repeated = interval_of(
      {{.same = right}, {.same = right}, {.same = right}, {.same = Same(50, 0.0)}}, alone);
  CHECK(repeated.low <= once.low);
  CHECK(repeated.high <= 1.0);
  // Questions that differ less are known better, and those about one thing worse.
  Same often(50, 1.0);
  for (std::size_t i = 0; i < 25; ++i) often[2 * i] = 0.0;
  const std::vector<QuestionAgreement> mixed = {
      {.same = right}, {.same = often}, {.same = often}, {.same = right}};
  const auto drawn = interval_of(mixed, alone);
  CHECK(drawn.low > repeated.low);
  CHECK(interval_of(mixed, {"a", "b", "b", "a"}).low < drawn.low);
}

TEST_CASE("several tasks make one study of all their questions") {
  const auto a = rank_study(three_questions(), 1);
  const auto b = rank_study(made_task({{kPoor, kUneven}}), 1);
  const auto all = joined(std::vector{a, b});
  CHECK(all.task == "all");
  CHECK(all.choices == 9);
  CHECK(all.clusters.size() == 4);
  const auto& one_step = value_named(all, "one-step").agreements.at(0);
  REQUIRE(one_step.size() == 4);
  CHECK(one_step[0].same == Same{0.0});
  CHECK(one_step[3].same == Same{1.0});
  CHECK(value_named(all, "in-view").agreements.empty());
  const auto json = to_json(all);
  CHECK(json.at("questions") == 4);
  CHECK(json.at("values").at(0).at("value") == "one-step");
  CHECK(json.at("values").at(0).at("metrics").at("acc").at("same") == 0.75);
  CHECK(json.at("values").at(3).at("metrics").is_null());
}

TEST_CASE("stored tables are read by any of their names, a task for each that they have") {
  const Stored stored;
  for (const auto* ending : {"", ".json", ".safetensors"}) {
    const auto tasks = stored.read(ending);
    REQUIRE(tasks.size() == 2);
    CHECK(tasks[0].name == "quiz");
    CHECK(tasks[0].questions.size() == 2);
    CHECK(tasks[0].questions[0].divisors ==
          std::vector<std::vector<double>>{{1.0, 1.0}, {7.0, 30.0}});
    CHECK(tasks[1].tables.at(0).full == table_of(kPoor));
    CHECK(tasks[1].tables.at(0).exact == Approx(6.0));
    CHECK(tasks[0].requests.at(0).context != tasks[0].requests.at(2).context);
  }
  const auto ranks = rank_study(stored.read().at(0), 2);
  CHECK(of(ranks, "one-step", 0).same == Same{0.0});
  CHECK(of(ranks, "chain-rule, duel left_to_right", 0).same == Same{1.0});
}

TEST_CASE("stored tables that are no tables are refused by the name of file and tensor") {
  const auto refused = [](const std::function<void(Stored&)>& damage) {
    Stored stored;
    damage(stored);
    return stored.refusal();
  };
  const auto tensor = [&](const std::function<void(test::TensorData&)>& damage) {
    auto text = refused([&](Stored& stored) { damage(stored.tensors.at("q001.c1")); });
    CHECK(contains(text, "made.safetensors: tensor \"q001.c1\": "));
    return text;
  };
  CHECK(refused([](Stored&) {}).empty());
  CHECK(contains(refused([](Stored& s) { s.tensors.erase("q001.c1"); }),
                 "made.safetensors: tensor \"q001.c1\": missing"));
  CHECK(contains(tensor([](auto& t) { t = {.shape = {3, 2}, .values = std::vector<float>(6)}; }),
                 "wanted a power of two of rows, one a subset, got F32 [3, 2]"));
  CHECK(contains(tensor([](auto& t) { t = {.shape = {8, 2}, .values = std::vector<float>(16)}; }),
                 "wanted [2^L, L] for a target of L = 2 tokens, at most 20, got F32 [8, 2]"));
  CHECK(contains(tensor([](auto& t) { t = {.shape = {8, 3}, .values = std::vector<float>(24)}; }),
                 "got F32 [8, 3]"));
  CHECK(contains(tensor([](auto& t) { t.shape = {8}; }), "wanted F32 [2^L, L], got F32 [8]"));
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  CHECK(contains(tensor([](auto& t) { t.values[6] = kInfinity; }),
                 "row 3, column 0: wanted a loss, finite and not negative, got inf"));
  CHECK(contains(tensor([](auto& t) { t.values[6] = std::nanf(""); }), "got nan"));
  CHECK(contains(tensor([](auto& t) { t.values[7] = -0.5F; }), "row 3, column 1: wanted a loss"));
  CHECK(contains(tensor([](auto& t) { t.values[3] = 1.0F; }),
                 "row 1, column 1: wanted 0, where nothing is hidden, got 1.0"));
}

TEST_CASE("stored tables whose JSON says something else are refused") {
  const auto refused = [](const std::function<void(Json&)>& damage) {
    Stored stored;
    damage(stored.json);
    return stored.refusal();
  };
  CHECK(contains(refused([](Json& j) { j[1]["choices"][1]["tokens"] = 3; }),
                 "tensor \"q001.c1\": wanted [2^L, L] for a target of L = 3 tokens"));
  CHECK(
      contains(refused([](Json& j) { j[1]["choices"][1]["tokens"] = 0; }),
               "made.json: entry 1: q001.c1: tokens: wanted a whole number of at least 1, got 0"));
  CHECK(contains(refused([](Json& j) { j[1]["choices"][1]["tokens"] = 21; }),
                 "L = 21 tokens, at most 20"));
  CHECK(contains(refused([](Json& j) { j[1]["characters"] = {4}; }),
                 "made.json: entry 1: characters: wanted a number for each of 2 choices, got 1"));
  CHECK(contains(refused([](Json& j) { j[1].erase("task"); }), "made.json: entry 1: "));
  CHECK(contains(refused([](Json& j) { j[1] = 7; }), "made.json: entry 1: "));
  CHECK(contains(refused([](Json& j) { j[1]["question"] = -1; }), "entry 1: question: wanted"));
  CHECK(contains(refused([](Json& j) { j[1]["question"] = 9; }), "tensor \"q009.c0\": missing"));
  CHECK(contains(refused([](Json& j) { j = Json::array(); }),
                 "wanted a list of questions, got none"));
  CHECK(contains(refused([](Json& j) { j = {{"questions", 3}}; }), "wanted a list of questions"));
  CHECK(
      contains(refused([](Json& j) { j[1]["choices"].erase(1); }), "wanted at least two choices"));
  CHECK(contains(refused([](Json& j) { j[1]["choices"][1]["any_order"] = -2.3; }),
                 "made.json: q001.c1: any_order: wanted -2.9917"));
  CHECK(contains(refused([](Json& j) { j[1]["choices"][1]["elbo"] = nullptr; }), "got null"));
  CHECK(refused([](Json& j) { j[0]["choices"][0]["elbo"] = -2.0; }).empty());
  Stored more;
  more.tensors["q001.c2"] = more.tensors.at("q001.c1");
  CHECK(contains(more.refusal(), "made.safetensors: tensor \"q001.c2\": a choice that "));
  Stored none;
  none.write();
  test::write_file(none.file(".json"), "[{");
  BenchEstimatorSettings settings;
  settings.tables = none.file();
  const auto text = [&] {
    return test::error_text<ErrorKind::data>([&] { return stored_tasks(settings).size(); });
  };
  CHECK(contains(text(), "made.json: wanted JSON, got "));
  none.write();
  test::write_file(none.file(".safetensors"), "short");
  CHECK(contains(text(), "made.safetensors"));
  fs::remove(none.file(".safetensors"));
  CHECK(contains(text(), "made.safetensors"));
}

TEST_CASE("likelihoods of the tables of real questions are those recorded with them") {
  const auto root = test::shared();
  if (!root || !fs::exists(*root / "tables" / "realtext.json"))
    return test::skip("no stored tables beside the source tree");
  BenchEstimatorSettings settings;
  settings.tables = (*root / "tables" / "realtext.json").string();
  const auto tasks = stored_tasks(settings);
  REQUIRE(tasks.size() == 3);
  std::map<std::string, std::vector<double>> recorded;
  for (const auto& question : Json::parse(test::read_file(settings.tables))) {
    for (const auto& choice : question.at("choices"))
      recorded[question.at("task").get<std::string>()].push_back(choice.at("any_order"));
  }
  double worst = 0.0;
  for (const auto& task : tasks) {
    const auto& wanted = recorded.at(task.name);
    REQUIRE(wanted.size() == task.tables.size());
    CHECK(task.questions.size() == 25);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto& table = task.tables[i];
      const auto values =
          order_values(table.request->continuation.size(), std::span(table.full).subspan(1));
      worst = std::max(worst, std::abs(values.any_order - wanted[i]));
    }
  }
  CHECK(worst < 1e-6);
}

TEST_CASE("ranks are told for embedded models and for stored tables, with all figures as JSON") {
  const Stored stored;
  stored.write();
  const auto json = (stored.folder.path() / "ranks.json").string();
  const auto tables = test::smdm_eval({"bench", "--estimators", "--rank", "--tables",
                                       stored.file(".json"), "--repeats", "2", "--json", json});
  INFO(tables.err);
  REQUIRE(tables.code == 0);
  CHECK(contains(tables.out, "acc_norm: tau"));
  CHECK(contains(tables.out, "all (3)"));
  CHECK(contains(tables.err, "quiz: 2 questions with targets of at most 12 tokens; 0 left out"));
  const auto all = Json::parse(test::read_file(json)).at("rank");
  CHECK(all.size() == 3);
  const auto one = test::smdm_eval({"bench", "--estimators", "--rank", "--tables", stored.file(),
                                    "--task", "other", "--limit", "1", "--repeats", "1"});
  CHECK(one.code == 0);
  CHECK(contains(one.out, "other (1)"));
  CHECK_FALSE(contains(one.out, "quiz"));
  const auto errors =
      test::smdm_eval({"bench", "--estimators", "--tables", stored.file(), "--repeats", "2"});
  CHECK(errors.code == 0);
  CHECK(contains(errors.out, "Winner out"));
  const auto model = test::smdm_eval({"bench", "--estimators", "--rank", "--task", "piqa",
                                      "--limit", "3", "--repeats", "2", "--json", json});
  INFO(model.err);
  REQUIRE(model.code == 0);
  for (const auto& value : Json::parse(test::read_file(json)).at("rank").at(0).at("values")) {
    INFO(value.dump());
    CHECK(value.at("metrics").at("acc").at("same").is_number());
  }
}

TEST_CASE("what does not fit ranks and stored tables is refused") {
  const Stored stored;
  stored.write();
  const auto refused = [&](std::vector<std::string> arguments, const std::string& text) {
    arguments.insert(arguments.begin(), "bench");
    const auto result = test::smdm_eval(arguments);
    CHECK(result.code == kUsage);
    CHECK(contains(result.err, text));
    CHECK(result.out.empty());
  };
  const auto file = stored.file();
  refused({"--rank"}, "--rank: wanted --estimators beside it");
  refused({"--tables", file}, "--tables: wanted --estimators beside it");
  refused({"--estimators", "--tables", file, "--model", "x"}, "--model: wanted no --tables");
  refused({"--estimators", "--tables", file, "--data", "x"}, "--data: wanted no --tables");
  refused({"--estimators", "--tables", file, "--cfg", "1"}, "--cfg: wanted no --tables");
  refused({"--estimators", "--tables", file, "--task", "piqa"},
          "--task: wanted tasks that the tables have (quiz, other), got piqa");
  refused({"--estimators", "--tables", file, "--longest", "1"}, "--longest: wanted one that");
  refused({"--estimators", "--tables", file, "--task-time"}, "--tables: wanted no --task-time");
  refused({"--estimators", "--rank", "--task-time"}, "--rank: wanted no --task-time");
  refused({"--estimators", "--rank", "--figure", file + ".svg"}, "--figure: wanted no --rank");
  refused({"--estimators", "--rank", "--task", "lambada_standard", "--limit", "2"},
          "--task: wanted a task with choices to rank");
  fs::remove(stored.file(".json"));
  const auto missing = test::smdm_eval({"bench", "--estimators", "--rank", "--tables", file});
  CHECK(missing.code == kData);
  CHECK(contains(missing.err, "made.json"));
}

}  // namespace smdm
