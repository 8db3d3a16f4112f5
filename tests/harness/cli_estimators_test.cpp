// Likelihood estimators as a user asks for them, on the embedded masked diffusion model.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "base/json.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/run/reader.hpp"
#include "results/statistics/statistics.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Arguments = std::vector<std::string>;

constexpr int kUsage = 2;
constexpr int kRequest = 5;

std::string model() {
  return SMDM_SOURCE_DIR "/embedded/micro-base-mdm";
}

/// Scores two requests. @return the answers
std::vector<Json> scored(const Arguments& more) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "pairs.jsonl";
  test::write_file(
      file, R"({"id": 1, "context_ids": [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, )"
            R"(19, 20, 21, 22, 23, 24], "continuation_ids": [30, 31, 32, 33, 34]})"
            "\n"
            R"({"id": "two", "context_ids": [5], "continuation_ids": [30, 31, 32]})"
            "\n");
  Arguments arguments = {"--requests", file.string(), "--model", model()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  std::vector<Json> lines;
  std::istringstream stream(result.out);
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  REQUIRE(lines.size() == 2);
  return lines;
}

RunRecord evaluated(const Arguments& more, std::string* table = nullptr) {
  const test::TemporaryFolder folder;
  Arguments arguments = {"--model", model(), "--output", (folder.path() / "run").string()};
  if (std::ranges::find(more, "--data") == more.end())
    arguments.insert(arguments.end(), {"--data", "embedded"});
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  if (table != nullptr) *table = result.out;
  return read_run(folder.path() / "run").run;
}

}  // namespace

TEST_CASE("every estimator scores requests, and estimates agree with exact values") {
  const auto exact = scored({"--estimator", "exact"});
  for (const auto& line : exact) {
    CHECK(line.at("standard_error") == 0.0);
    CHECK(line.at("bound") == "lower");
    CHECK(line.at("enumerated") == true);
  }
  CHECK(exact[0].at("rows") == 31);
  CHECK(exact[1].at("rows") == 7);
  CHECK(scored({})[0].at("nats") == exact[0].at("nats"));  // auto: 31 rows are no more than 32
  for (const auto* estimator : {"balanced", "fixed-count", "mc", "auto"}) {
    const auto lines = scored({"--estimator", estimator, "--mc-samples", "16"});
    INFO(estimator << ": " << lines[0].dump());
    const double error = lines[0].at("nats").get<double>() - exact[0].at("nats").get<double>();
    CHECK(lines[0].at("bound") == "lower");
    if (lines[0].at("standard_error").is_null()) continue;  // a single round of mc
    CHECK(std::abs(error) < 6.0 * lines[0].at("standard_error").get<double>() + 1e-6);
  }
}

TEST_CASE("all subsets give the likelihood itself, at no further row") {
  const auto plain = scored({"--estimator", "exact"});
  const auto lines = scored({"--estimator", "exact", "--values"});
  CHECK_FALSE(plain[0].contains("values"));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i].at("rows") == plain[i].at("rows"));
    CHECK(lines[i].at("nats") == plain[i].at("nats"));
    const auto& values = lines[i].at("values");
    const auto value = [&](const char* name) { return values.at(name).get<double>(); };
    CHECK(value("elbo") == Approx(lines[i].at("nats").get<double>()));
    CHECK(value("elbo") <= value("any_order"));
    CHECK(value("any_order") <= value("oracle_best"));
    CHECK(value("oracle_worst") <= value("elbo"));
    CHECK(value("orders_sd") > 0.0);
  }
  // DUEL computes the same by following the policy.
  for (const std::string policy : {"margin", "entropy"}) {
    const auto duel = scored({"--estimator", "duel", "--sampler", policy});
    for (std::size_t i = 0; i < lines.size(); ++i) {
      CHECK(lines[i].at("values").at("duel").at(policy).get<double>() ==
            Approx(duel[i].at("nats").get<double>()).epsilon(1e-5));
    }
  }
  CHECK(scored({"--values"})[0].at("values") == lines[0].at("values"));  // auto enumerates
  for (const auto* estimator : {"balanced", "mc", "chain-rule"})
    CHECK_FALSE(
        scored({"--estimator", estimator, "--values", "--mc-samples", "8"})[0].contains("values"));
}

TEST_CASE("metrics by the any-order likelihood stand beside those by its bound") {
  std::string table;
  const auto run = evaluated({"--task", "hellaswag", "--limit", "30"}, &table);
  const auto& task = run.tasks.at(0);
  REQUIRE(task.metrics.size() == 4);
  const std::vector<std::string> names = {"acc,none", "acc_norm,none", "acc,any_order",
                                          "acc_norm,any_order"};
  for (std::size_t m = 0; m < names.size(); ++m) {
    const auto& info = task.metrics[m].info;
    CHECK(info.name + "," + info.filter == names[m]);
    CHECK(task.metrics[m].mc_errors == std::vector<double>(30, 0.0));
  }
  std::int64_t differ = 0;
  for (std::size_t i = 0; i < task.samples.size(); ++i) {
    const auto& choices = std::get<std::vector<ChoiceRecord>>(task.samples[i].outcome);
    std::size_t best = 0;
    for (std::size_t k = 1; k < choices.size(); ++k) {
      const auto value = [&](std::size_t at) {
        return choices[at].estimate.values.value().any_order;
      };
      if (value(k) > value(best)) best = k;
    }
    const double right = std::to_string(best) == task.samples[i].target ? 1.0 : 0.0;
    CHECK(task.metrics[2].values[i] == right);
    CHECK(task.samples[i].extra.at("any_order").at("acc") == right);
    differ += task.metrics[0].values[i] != right ? 1 : 0;
  }
  const auto& totals = task.extra.at("any_order");
  CHECK(totals.at("documents") == 30);
  CHECK(totals.at("metrics").at(0).at("differ") == differ);
  CHECK(totals.at("gap_nats").get<double>() > 0.0);
  CHECK(contains(table, "30 of 30"));
  CHECK(contains(table, "Verdicts differ"));
}

TEST_CASE("where some documents have no any-order likelihood their table says how many have") {
  const test::TemporaryFolder folder;
  const auto goals = folder.path() / "piqa" / "valid.jsonl";
  fs::create_directories(goals.parent_path());
  test::write_file(goals,
                   R"({"goal": "Ben sold", "sol1": "the lamp.", "sol2": "the clock."})"
                   "\n"
                   R"({"goal": "Ben sold", "sol1": "the clock.", "sol2": "the lamp."})"
                   "\n"
                   R"({"goal": "Ben", "sol1": "sold the lamp and the clock.", "sol2": "sat."})"
                   "\n");
  test::write_file(goals.parent_path() / "valid-labels.lst", "0\n0\n1\n");
  const auto piqa = [&](const Arguments& more, std::string* table) {
    Arguments arguments = {"--task", "piqa", "--data", folder.path().string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return evaluated(arguments, table).tasks.at(0);
  };
  std::string table;
  const auto task = piqa({"--mc-samples", "15"}, &table);
  const auto& totals = task.extra.at("any_order");
  CHECK(totals.at("documents") == 2);
  CHECK(totals.at("of") == 3);
  CHECK(task.metrics.size() == 2);  // under no metric's key
  CHECK(contains(table, "2 of 3"));
  CHECK(contains(table, "1 further documents takes the same command with --estimator exact"));
  CHECK(task.samples[0].extra.contains("any_order"));
  CHECK(task.samples[1].extra.contains("any_order"));
  CHECK_FALSE(task.samples[2].extra.contains("any_order"));
  CHECK(totals.at("metrics").at(0).at("any_order").get<double>() ==
        Approx((task.samples[0].extra.at("any_order").at("acc").get<double>() +
                task.samples[1].extra.at("any_order").at("acc").get<double>()) /
               2.0));
  // The command does what it says; a race and an estimator of no bounds have none.
  CHECK(piqa({"--estimator", "exact"}, &table).metrics.size() == 4);
  for (const Arguments& other : {Arguments{"--racing"}, Arguments{"--estimator", "chain-rule"}}) {
    const auto none = piqa(other, &table);
    CHECK(none.metrics.size() == 2);
    CHECK_FALSE(none.extra.contains("any_order"));
    CHECK_FALSE(contains(table, "any_order"));
  }
}

TEST_CASE("a cloze has a perplexity by the any-order likelihood, and one verdict") {
  const auto run = evaluated({"--task", "lambada_standard", "--limit", "20"});
  const auto& task = run.tasks.at(0);
  REQUIRE(task.metrics.size() == 3);
  CHECK(task.metrics[2].info.name == "perplexity");
  CHECK(task.metrics[2].info.filter == "any_order");
  for (std::size_t i = 0; i < 20; ++i)
    CHECK(task.metrics[2].values[i] >= task.metrics[0].values[i]);
}

TEST_CASE("random orders bound a longer target's likelihood, and say so") {
  const auto exact = scored({"--estimator", "exact", "--values"});
  const auto lines = scored({"--orders", "6"});  // 31 rows against 6 * 4 + 1
  const auto& orders = lines[0].at("orders");
  CHECK(lines[0].at("bound") == "lower");
  CHECK(orders.at("orders") == 6);
  CHECK(orders.at("pilot") == 0);
  CHECK(orders.at("any_order_low").get<double>() <= orders.at("any_order_high").get<double>());
  CHECK(orders.at("any_order_low").get<double>() >= lines[0].at("nats").get<double>());
  CHECK(orders.at("effective").get<double>() >= 1.0);
  CHECK(orders.at("effective").get<double>() <= 6.0);
  CHECK(lines[0].at("rows").get<int>() <= 25);
  CHECK(lines[1].at("nats") == exact[1].at("nats"));  // 7 rows enumerate 3 tokens
  CHECK_FALSE(lines[1].contains("orders"));
  CHECK(scored({"--estimator", "orders", "--orders", "6"})[0] == lines[0]);
  CHECK(scored({"--orders", "6", "--batch-size", "3"})[0] == lines[0]);
  CHECK(scored({"--orders", "6", "--seed", "1"})[0].at("nats") != lines[0].at("nats"));
}

TEST_CASE("orders of a task are totalled over documents, and kept by journal and cache") {
  const test::TemporaryFolder folder;
  std::string table;
  const Arguments job = {"--task",   "hellaswag", "--limit", "12",
                         "--orders", "4",         "--cache", (folder.path() / "cache").string()};
  const auto run = evaluated(job, &table);
  const auto& totals = run.tasks.at(0).extra.at("orders");
  CHECK(totals.at("requests") == 48);
  const auto mean = [&](const char* name) { return totals.at(name).at("value").get<double>(); };
  CHECK(mean("elbo") < mean("any_order_low"));
  CHECK(mean("any_order_low") < mean("any_order_high"));
  CHECK(totals.at("any_order_high").at("stderr").is_null());  // four orders are too few
  CHECK(contains(table, "no interval of a single request"));
  const auto again = evaluated(job);
  CHECK(again.smdm_eval.at("cache_hits") == 12);
  for (std::size_t i = 0; i < 12; ++i)
    CHECK(response_lines(again.tasks[0].samples[i]) == response_lines(run.tasks[0].samples[i]));
  CHECK(again.tasks.at(0).extra.at("orders") == totals);
  const auto values = [](const RunRecord& one) {
    std::vector<double> all;
    for (const auto& sample : one.tasks[0].samples) {
      for (const auto& choice : std::get<std::vector<ChoiceRecord>>(sample.outcome))
        all.push_back(choice.estimate.orders ? choice.estimate.orders->high
                                             : choice.estimate.values.value().any_order);
    }
    return all;
  };
  CHECK(values(again) == values(run));
}

TEST_CASE("guidance is twice the rows, prompts are reused as asked, and both are recorded") {
  CHECK(scored({"--estimator", "exact", "--cfg", "0.5"})[0].at("rows") == 62);
  const auto reused = scored({"--estimator", "balanced", "--mc-samples", "16"});
  CHECK(reused[0].at("prompt_reuse").at("full_rows") == 4);  // 20 tokens before 5
  CHECK(reused[0].at("prompt_reuse").at("cheap_rows") == 20);
  CHECK(reused[0].at("prompt_reuse").at("correction_error").get<double>() >= 0.0);
  CHECK_FALSE(reused[1].contains("prompt_reuse"));
  const auto off =
      scored({"--estimator", "balanced", "--mc-samples", "16", "--prompt-reuse", "off"});
  CHECK_FALSE(off[0].contains("prompt_reuse"));
  CHECK(reused[0].at("tokens").get<int>() < off[0].at("tokens").get<int>());
  CHECK_FALSE(scored({"--mc-samples", "31"})[0].contains("prompt_reuse"));  // auto enumerates
}

TEST_CASE("rows follow a target error") {
  const auto loose = scored({"--target-error", "50", "--mc-samples", "8"});
  const auto tight = scored({"--target-error", "0.05", "--mc-samples", "8"});
  CHECK(tight[0].at("standard_error").get<double>() < 0.05);
  CHECK(tight[0].at("rows").get<int>() >= loose[0].at("rows").get<int>());
  const auto missed = scored({"--target-error", "1e-12", "--mc-samples", "8", "--max-rows", "12",
                              "--prompt-reuse", "off"});
  CHECK(missed[0].at("target_missed") == true);
}

TEST_CASE("what does not fit together is refused in one line") {
  const auto refused = [](const Arguments& more, int code, const std::string& text) {
    Arguments arguments = {"--model", model(), "--data",  "embedded",
                           "--task",  "piqa",  "--limit", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = test::smdm_eval(arguments);
    CHECK(result.code == code);
    CHECK(contains(result.err, text));
    CHECK(result.out.empty());
  };
  refused({"--estimator", "exact", "--max-rows", "6"}, kRequest,
          "takes 2^3 - 1 rows, wanted at most 6 (--max-rows)");
  refused({"--estimator", "mc", "--racing"}, kUsage,
          "--racing: wanted --estimator auto or balanced");
  refused({"--orders", "5"}, kUsage, "--orders: wanted pilot or an even number from 4 on, got 5");
  refused({"--orders", "2"}, kUsage, "--orders: wanted pilot or an even number from 4 on, got 2");
  refused({"--orders", "many"}, kUsage, "--orders: wanted pilot or an even number");
  refused({"--orders", "8", "--estimator", "mc"}, kUsage, "--orders: wanted --estimator orders");
  refused({"--orders", "8", "--racing"}, kUsage, "--orders: wanted --estimator orders");
  refused({"--racing", "--greedy"}, kUsage, "--racing: wanted no greedy verdicts");
  refused({"--racing", "--racing-error", "0.7"}, kUsage, "--racing-error: wanted a number above 0");
  refused({"--target-error", "0"}, kUsage, "--target-error: wanted a number above 0");
  refused({"--estimator", "mc", "--target-error", "1"}, kUsage,
          "--target-error: wanted --estimator");
  const auto probe = test::smdm_eval({"--task", "reverse_curse_d2n", "--probe", "likelihood",
                                      "--racing", "--estimator", "auto", "--limit", "2"});
  CHECK(probe.code == kUsage);
  CHECK(contains(probe.err, "--racing: wanted tasks whose metrics are acc and acc_norm"));
}

TEST_CASE("scores and metrics carry their Monte Carlo errors, and files give them back") {
  std::string table;
  const auto run =
      evaluated({"--task", "hellaswag,lambada_standard", "--limit", "12", "--estimator", "balanced",
                 "--mc-samples", "6", "--prompt-reuse", "off"},
                &table);
  CHECK(contains(table, "MC stderr"));
  const auto summaries = summarize(run);
  for (std::size_t t = 0; t < run.tasks.size(); ++t) {
    for (std::size_t m = 0; m < run.tasks[t].metrics.size(); ++m) {
      INFO(run.tasks[t].name << ", " << run.tasks[t].metrics[m].info.name);
      CHECK(run.tasks[t].metrics[m].mc_errors.size() == 12);
      REQUIRE(summaries[t][m].monte_carlo_error);
      CHECK(*summaries[t][m].monte_carlo_error >= 0.0);
    }
  }
  const auto exact = evaluated({"--task", "hellaswag", "--limit", "12", "--estimator", "exact"});
  CHECK(*summarize(exact)[0][0].monte_carlo_error == 0.0);
  CHECK(exact.tasks[0].extra.at("enumerated") == exact.tasks[0].extra.at("requests"));
  const auto& choices = std::get<std::vector<ChoiceRecord>>(exact.tasks[0].samples[0].outcome);
  CHECK(choices[0].estimate.enumerated);
}

TEST_CASE("errors say how many folds they come from, and results which version of the rule") {
  const auto balanced = scored({"--estimator", "balanced", "--mc-samples", "8"});
  CHECK(balanced[0].at("folds") == 4);
  CHECK(balanced[0].at("prompt_reuse").at("cheap_folds") == 4);
  CHECK(balanced[0].at("prompt_reuse").at("correction_folds") == 4);
  CHECK_FALSE(balanced[1].contains("folds"));  // seven subsets, all computed
  CHECK(scored({"--estimator", "fixed-count", "--mc-samples", "20"})[0].at("folds") == 20);
  CHECK(scored({"--estimator", "mc"})[0].at("folds") == 32);  // rounds of 32 of 1024 samples
  CHECK_FALSE(scored({"--estimator", "exact"})[0].contains("folds"));
  CHECK_FALSE(scored({"--estimator", "chain-rule"})[0].contains("folds"));
  const auto settings = [](const Arguments& more) {
    Arguments arguments = {"--task", "hellaswag", "--limit", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return evaluated(arguments).tasks[0].extra.at("settings");
  };
  CHECK(settings({"--estimator", "auto"}).at("estimator_version") == 2);
  CHECK(settings({"--racing"}).at("estimator_version") == 2);
  CHECK_FALSE(settings({"--estimator", "mc"}).contains("estimator_version"));
}

TEST_CASE("races give verdicts for fewer rows and mark what they stopped") {
  const Arguments task = {"--task", "hellaswag", "--limit", "40"};
  auto with = [&](const Arguments& more) {
    auto arguments = task;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return evaluated(arguments);
  };
  const auto exact = with({"--estimator", "exact"});
  // Four tokens have 15 subsets: only a loose bound ends races before they are all computed.
  const auto raced = with({"--racing", "--racing-error", "0.3", "--batch-size", "7"});
  const auto again =
      with({"--racing", "--racing-error", "0.3", "--batch-size", "64", "--threads", "1"});
  const auto& record = raced.tasks[0];
  CHECK(record.extra.at("racing").at("rows_saved").get<int>() > 0);
  CHECK(record.extra.at("racing").at("rows_per_choice").get<double>() < 15.0);  // all subsets of 4
  CHECK(record.extra.at("racing_error") == 0.3);
  CHECK(record.extra.at("racing").at("rows") == record.extra.at("rows"));  // all, reused or not
  for (const auto& metric : record.metrics) CHECK(metric.mc_errors.size() == 40);
  int same = 0;
  int stopped = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    same += record.metrics[0].values[i] == exact.tasks[0].metrics[0].values[i] ? 1 : 0;
    CHECK(record.metrics[0].values[i] == again.tasks[0].metrics[0].values[i]);
    const auto& choices = std::get<std::vector<ChoiceRecord>>(record.samples[i].outcome);
    const auto& repeated = std::get<std::vector<ChoiceRecord>>(again.tasks[0].samples[i].outcome);
    for (std::size_t k = 0; k < choices.size(); ++k) {
      const auto& from = choices[k].estimate.eliminated_from;
      CHECK(choices[k].estimate.eliminated == (from.size() == 2));  // acc and acc_norm
      stopped += choices[k].estimate.stopped ? 1 : 0;
      CHECK(choices[k].estimate.nats == repeated[k].estimate.nats);
    }
  }
  CHECK(same >= 34);
  CHECK(stopped > 0);
}

TEST_CASE("the study of estimators writes tables, a figure and its numbers") {
  const test::TemporaryFolder folder;
  const auto figure = folder.path() / "figure.svg";
  const auto json = folder.path() / "study.json";
  const auto result = test::smdm_eval({"bench", "--estimators", "--task", "piqa,hellaswag",
                                       "--limit", "6", "--longest", "6", "--repeats", "4",
                                       "--figure", figure.string(), "--json", json.string()});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(contains(result.out, "fixed-count"));
  CHECK(contains(result.out, "Winner out"));
  CHECK(contains(test::read_file(figure), "</svg>"));
  const auto study = Json::parse(test::read_file(json));
  std::map<std::string, std::vector<double>> errors;
  for (const auto& curve : study.at("curves")) {
    errors[curve.at("estimator").get<std::string>()] = curve.at("error").get<std::vector<double>>();
  }
  CHECK(errors.at("balanced").back() == Approx(0.0).margin(1e-6));  // 1024 rows enumerate 6 tokens
  CHECK(errors.at("mc").back() > errors.at("balanced").at(2));
  CHECK(study.at("questions").at("piqa").at("studied") == 6);
  for (const auto& race : study.at("races")) CHECK(race.at("prompt_reuse").is_string());
}

TEST_CASE("the study of estimators knows clozes, and says what it leaves out") {
  const test::TemporaryFolder folder;
  const auto json = folder.path() / "study.json";
  const auto result =
      test::smdm_eval({"bench", "--estimators", "--task", "lambada_standard,hellaswag", "--limit",
                       "8", "--longest", "3", "--repeats", "2", "--json", json.string()});
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto questions = Json::parse(test::read_file(json)).at("questions").at("lambada_standard");
  CHECK(questions.at("studied").get<int>() + questions.at("left_out").get<int>() == 8);
  CHECK(
      contains(result.err, "hellaswag: 0 questions with targets of at most 3 tokens; 8 left out"));
  const auto refused = [](const std::string& option, const std::string& value) {
    const auto wrong = test::smdm_eval({"bench", "--estimators", "--task", "piqa", option, value});
    CHECK(wrong.code == kUsage);
    CHECK(contains(wrong.err, option + ": wanted"));
  };
  refused("--repeats", "0");
  refused("--longest", "21");
  refused("--longest", "0");
  refused("--racing-error", "0.5");
  const auto wrong = test::smdm_eval({"bench", "--estimators", "--task", "gsm8k"});
  CHECK(wrong.code == kUsage);
  CHECK(contains(wrong.err, "--task: wanted tasks of likelihood"));
}

TEST_CASE("times of whole tasks are told for every way of evaluating") {
  const auto embedded = fs::path(SMDM_SOURCE_DIR) / "embedded";
  const auto result = test::smdm_eval(
      {"bench", "--estimators", "--task-time", "--task", "openbookqa", "--data",
       (embedded / "data").string(), "--tokenizer",
       (embedded / "micro-base-mdm" / "tokenizer.model").string(), "--model-size", "6", "--limit",
       "4", "--timed-questions", "1", "--device", "cpu", "--dtype", "bf16"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(contains(result.out, "random weights, bf16, cpu"));
  for (const std::string way : {"preset smdm", "mc", "fixed-count", "auto", "balanced",
                                "balanced, reuse", "racing", "racing, reuse"}) {
    INFO(way << " in " << result.out);
    const auto found = std::min(result.out.find("|" + way + " "), result.out.find("|" + way + "|"));
    REQUIRE(found != std::string::npos);
    const auto line = result.out.substr(found, result.out.find('\n', found) - found);
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, '|');) cells.push_back(cell);
    REQUIRE(cells.size() ==
            7);  // what is before the first bar, way, questions, rows, tokens, rate, hours
    CHECK(std::stod(cells[2]) == 4.0);
    CHECK(std::stod(cells[3]) >= 1.0);
    CHECK(std::stod(cells[5]) > 0.0);
  }
}

}  // namespace smdm
