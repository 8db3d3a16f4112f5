// Ranking scores as a user asks for them: what is printed and stored, and what is refused.
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/score_kind.hpp"
#include "results/run/reader.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/families.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::check_refused;
using test::contains;
using test::evaluated;
using Arguments = std::vector<std::string>;

constexpr int kUsage = 2;
constexpr int kResults = 6;

std::string model() {
  return SMDM_SOURCE_DIR "/embedded/micro-base-mdm";
}

/// The answer to one request.
Json scored(const std::string& estimator, const Arguments& more = {}) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "pairs.jsonl";
  test::write_file(file, R"({"id": 1, "context_ids": [5, 6], "continuation_ids": [30, 31, 32]})"
                         "\n");
  Arguments arguments = {"--requests", file.string(), "--model", model(), "--estimator", estimator};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return Json::parse(result.out);
}

}  // namespace

TEST_CASE("requests are answered with scores that say they are no likelihoods") {
  const auto exact = scored("exact", {"--values"});
  for (const auto& [name, kind] : kAllScoreKinds) {
    const auto line = scored(name, {"--values"});
    INFO(line.dump());
    CHECK(line.at("bound") == "score");
    CHECK(line.at("standard_error").is_null());
    CHECK_FALSE(line.contains("values"));
    CHECK(line.at("rows") == (kind == ScoreKind::pseudo_likelihood ? 3 : 1));
    const auto guided = scored(name, {"--cfg", "0.5"});
    CHECK(guided.at("rows").get<int>() == 2 * line.at("rows").get<int>());
    CHECK(guided.at("nats") != line.at("nats"));
  }
  // Three tokens drawn at once: all that one-step leaves out is what they know of each other.
  CHECK(scored("one-step").at("nats") != exact.at("values").at("any_order"));
  CHECK(scored("one-step").at("nats").get<double>() <
        scored("first-token").at("nats").get<double>());
}

TEST_CASE("tasks under a score are marked, have no perplexity, and are read back") {
  const test::TemporaryFolder folder;
  const auto output = folder.path() / "run";
  const auto result = test::smdm_eval({"--task", "piqa,lambada_standard", "--limit", "6",
                                       "--estimator", "pll", "--output", output.string()});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(contains(result.out, "micro_piqa (score pll)"));
  CHECK_FALSE(contains(result.out, "perplexity"));
  CHECK(contains(result.err,
                 "lambada_standard: pll gives ranking scores and no likelihoods, and so no "
                 "perplexity"));
  const auto run = read_run(output).run;
  for (const auto& task : run.tasks) {
    CHECK(task.extra.at("bound") == "score");
    CHECK(task.extra.at("settings").at("estimator") == "pll");
    for (const auto& metric : task.metrics) {
      CHECK(metric.info.name != "perplexity");
      CHECK(metric.mc_errors == std::vector<double>(6, 0.0));
    }
    for (const auto& sample : task.samples) {
      for (const auto& choice : std::get<std::vector<ChoiceRecord>>(sample.outcome))
        CHECK(choice.estimate.bound == Bound::score);
    }
  }
  const auto likelihoods =
      evaluated({"--task", "lambada_standard", "--limit", "3"}, folder.path() / "likelihoods");
  CHECK(read_run(likelihoods).run.tasks.at(0).metrics.size() == 3);  // two perplexities
}

TEST_CASE("rankings of the reversal curse may be by scores, perplexities of a corpus never are") {
  const test::TemporaryFolder folder;
  const auto curse = evaluated({"--task", "reverse_curse_d2n", "--probe", "likelihood",
                                "--estimator", "one-step", "--limit", "3"},
                               folder.path() / "curse");
  const auto run = read_run(curse).run;
  CHECK(run.tasks.at(0).extra.at("bound") == "score");
  CHECK(run.tasks.at(0).metrics.at(0).info.name == "mrr");
  const auto texts = test::smdm_eval({"--task", "temporal_shift", "--estimator", "one-step",
                                      "--limit", "2", "--output", (folder.path() / "t").string()});
  INFO(texts.err);
  CHECK(texts.code == 0);
  CHECK(contains(texts.err, "does not use --estimator"));
}

TEST_CASE("a dry run knows what scores cost, and a run that goes on has the same") {
  const test::TemporaryFolder folder;
  const auto dry =
      test::smdm_eval({"--task", "piqa", "--limit", "4", "--estimator", "pll", "--dry-run"});
  INFO(dry.err);
  CHECK(dry.code == 0);
  const auto cache = (folder.path() / "cache").string();
  std::vector<std::string> tables;
  for (const auto* name : {"a", "b"}) {
    const auto result =
        test::smdm_eval({"--task", "piqa", "--limit", "4", "--estimator", "pll", "--cache", cache,
                         "--output", (folder.path() / name).string()});
    INFO(result.err);
    REQUIRE(result.code == 0);
    tables.push_back(result.out);
  }
  const auto rows = [&](const char* name) {
    return read_run(folder.path() / name).run.tasks.at(0).extra.at("rows");
  };
  CHECK(tables[0] == tables[1]);
  CHECK(rows("a") == rows("b"));
}

TEST_CASE("scores are mixed with likelihoods by no comparison, gate or leaderboard") {
  const test::TemporaryFolder folder;
  const auto run = [&](const std::string& estimator) {
    return evaluated({"--task", "piqa", "--limit", "6", "--estimator", estimator},
                     folder.path() / "runs" / estimator)
        .string();
  };
  const auto pll = run("pll");
  const auto one_step = run("one-step");
  const auto exact = run("exact");
  const std::string text = "micro_piqa: ranking scores are no likelihoods";
  check_refused({"compare", pll, exact}, kResults, "compare: " + text);
  check_refused({"compare", exact, pll}, kResults, "compare: " + text);
  check_refused({"compare", pll, one_step}, kResults,
                "got ranking scores (pll) and ranking scores (one-step)");
  const auto baseline = (folder.path() / "baseline.json").string();
  REQUIRE(test::smdm_eval({"compare", "--make-baseline", baseline, exact}).code == 0);
  check_refused({"compare", "--gate", baseline, pll}, kResults, "gate: " + text);
  const auto board = folder.path() / "board";
  const auto exported =
      test::smdm_eval({"leaderboard", "export", pll, one_step, exact, "--output", board.string()});
  INFO(exported.err);
  REQUIRE(exported.code == 0);
  const auto json = Json::parse(test::read_file(board / "leaderboard.json"));
  std::map<std::string, std::string> bounds;
  for (const auto& entry : json.at("embedded")) {
    CHECK(entry.at("rank").at("entries") == 1);
    bounds[entry.at("estimator").get<std::string>()] = entry.at("bound").get<std::string>();
  }
  CHECK(bounds == std::map<std::string, std::string>{
                      {"exact", "lower"}, {"one-step", "score"}, {"pll", "score"}});
  test::check_report("leaderboard", board);
}

TEST_CASE("what a score cannot do is refused in one line") {
  const Arguments piqa = {"--task", "piqa", "--limit", "2"};
  const auto refused = [&](const Arguments& more, const std::string& text) {
    auto arguments = piqa;
    arguments.insert(arguments.end(), more.begin(), more.end());
    check_refused(arguments, kUsage, text);
  };
  refused({"--estimator", "pll", "--racing"}, "--racing: wanted --estimator auto or balanced");
  refused({"--estimator", "pll", "--target-error", "1"}, "--target-error: wanted --estimator");
  refused({"--estimator", "pseudo"}, "--estimator: wanted");
}

TEST_CASE("tokens in view have no score under MDLM's rule, the other scores do") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "pairs.jsonl";
  test::write_file(file, R"({"id": 1, "context_ids": [5], "continuation_ids": [3, 4]})"
                         "\n");
  for (const auto& [name, kind] : kAllScoreKinds) {
    const Arguments arguments = {"--requests",  file.string(),
                                 "--model",     test::family_folder("mdlm").string(),
                                 "--estimator", name};
    const auto result = test::smdm_eval(arguments);
    INFO(name << ": " << result.err);
    CHECK(result.code == (kind == ScoreKind::in_view ? kUsage : 0));
    if (kind == ScoreKind::in_view)
      CHECK(contains(result.err,
                     "--estimator: wanted one that this model has, got in-view: under MDLM's SUBS "
                     "rule"));
  }
}

}  // namespace smdm
