// The embedded default as a user starts it: no model, no data.
#include <filesystem>

#include "base/json.hpp"
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

Json results_in(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("results_"))
      return Json::parse(test::read_file(entry.path()));
  }
  return {};
}

/// Runs a task on embedded data. @return its results file
Json evaluated(const Arguments& more) {
  const test::TemporaryFolder folder;
  const auto output = folder.path() / "run";
  Arguments arguments = {"--output", output.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(contains(result.err, "embedded micro world"));
  CHECK(contains(result.out, "micro_"));
  return results_in(output);
}

double score_of(const Json& results, const std::string& task, const std::string& metric) {
  return results.at("results").at(task).at(metric + ",none").get<double>();
}

}  // namespace

TEST_CASE("gsm8k without a model: both kinds calculate") {
  for (const auto* kind : {"mdm", "arm"}) {
    const auto results = evaluated({"--task", "gsm8k", "--backend", kind, "--limit", "60"});
    CHECK(score_of(results, "micro_gsm8k", "exact_match") >= 0.5);
    CHECK(results.at("model_name") == std::string("micro-gsm8k-") + kind);
    CHECK(results.at("smdm_eval").at("data_set") == "embedded micro world");
    CHECK(results.at("configs").at("micro_gsm8k").at("dataset_path") == "embedded micro world");
    CHECK(results.at("configs").at("micro_gsm8k").at("task") == "micro_gsm8k");
    CHECK(results.at("smdm_eval").at("model").contains("evaluation_sha256"));
  }
}

TEST_CASE("facts are recalled as they were told, and turned round by masked diffusion alone") {
  const auto mdm = evaluated({"--task", "reverse_curse", "--limit", "24"});
  const auto arm = evaluated({"--task", "reverse_curse", "--limit", "24", "--backend", "arm"});
  for (const auto* way : {"d2n", "n2d"}) {
    const auto told = std::string("micro_reverse_curse_") + way;
    CHECK(score_of(mdm, told, "contained") >= 0.9);
    CHECK(score_of(arm, told, "contained") >= 0.9);
    CHECK(score_of(mdm, told + "_reverse", "contained") >= 0.5);
    CHECK(score_of(arm, told + "_reverse", "contained") <= 0.2);
  }
  CHECK(mdm.at("group_subtasks").contains("micro_reverse_curse"));
}

TEST_CASE("the eight tasks and the dated corpus run on the base model") {
  const auto results = evaluated({"--task", "zero-shot", "--limit", "40"});
  CHECK(results.at("results").size() == 9);  // and the group
  CHECK(score_of(results, "micro_piqa", "acc") > 0.5);
  // Choices have at most five tokens, so that the default computes every bound over all subsets.
  for (const auto& [name, task] : results.at("smdm_eval").at("tasks").items()) {
    INFO(name);
    CHECK(task.at("estimator") == "auto");
    CHECK(task.at("enumerated") == task.at("requests"));
    for (const auto& metric : task.at("metrics")) CHECK(metric.at("mc_stderr") == 0.0);
  }
  const auto drawn = evaluated(
      {"--task", "piqa", "--limit", "40", "--estimator", "balanced", "--mc-samples", "8"});
  CHECK(drawn.at("results").at("micro_piqa").at("acc_mc_stderr,none").get<double>() > 0.0);
  const auto periods = evaluated({"--task", "temporal_shift", "--limit", "5", "--backend", "arm"});
  CHECK(periods.at("results").contains("micro_temporal_shift_2023-01"));
  const auto bounds = evaluated({"--task", "temporal_shift", "--limit", "2", "--mc-samples", "1"});
  CHECK(bounds.at("results").at("micro_temporal_shift_2023-01").at("alias") ==
        " - micro_temporal_shift_2023-01 (upper bound)");
}

TEST_CASE("tasks of several checkpoints have an output folder each") {
  const test::TemporaryFolder folder;
  const auto result =
      test::smdm_eval({"--task", "gsm8k,piqa", "--limit", "2", "--output", folder.path().string()});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(results_in(folder.path() / "micro-gsm8k-mdm").at("results").contains("micro_gsm8k"));
  CHECK(results_in(folder.path() / "micro-base-mdm").at("results").contains("micro_piqa"));
}

TEST_CASE("a model of one's own on embedded data") {
  const auto model = fs::path(SMDM_SOURCE_DIR) / "embedded" / "micro-base-arm";
  const auto results = evaluated(
      {"--task", "piqa", "--limit", "3", "--model", model.string(), "--data", "embedded"});
  CHECK(results.at("results").contains("micro_piqa"));
  CHECK(results.at("model_name") == model.string());
  const auto data = fs::path(SMDM_SOURCE_DIR) / "embedded" / "data";  // the same, by its path
  const auto by_path = evaluated(
      {"--task", "piqa", "--limit", "3", "--model", model.string(), "--data", data.string()});
  CHECK(by_path.at("results").contains("micro_piqa"));
}

TEST_CASE("what is wrong with one of several runs costs nothing") {
  const test::TemporaryFolder folder;
  const auto result = test::smdm_eval(
      {"--task", "piqa,gsm8k", "--total-length", "300", "--output", folder.path().string()});
  CHECK(result.code == kUsage);
  CHECK(contains(result.err, "gsm8k would be decoded to 300 tokens"));
  CHECK(result.out.empty());
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("invented data are not compared with published ones") {
  const auto result = test::smdm_eval({"--task", "gsm8k", "--limit", "1"});
  CHECK(result.code == 0);
  CHECK(result.err.find("warning") == std::string::npos);
}

TEST_CASE("what the micro world has not") {
  const auto task = test::smdm_eval({"--task", "arc_challenge"});
  CHECK(task.code == kUsage);
  CHECK(contains(task.err, "the embedded micro world has no such test set"));
  const auto requests = test::smdm_eval({"--task", "gsm8k", "--tokenizer", "x"});
  CHECK(requests.code == kUsage);
  CHECK(contains(requests.err, "--model"));
}

}  // namespace smdm
