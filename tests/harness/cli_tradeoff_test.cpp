// `smdm-eval tradeoff` as a user starts it; its arithmetic is checked by
// tests/runs/tradeoff_check.py.
#include <csignal>
#include <filesystem>

#include "base/json.hpp"
#include "harness/journal/answer_store.hpp"
#include "results/export/json_schema.hpp"
#include "tests/harness/stored_runs.hpp"
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

const Arguments kSmall = {"tradeoff",
                          "--task",
                          "gsm8k",
                          "--limit",
                          "8",
                          "--sweep",
                          "sampler=llada steps=8,4",
                          "--sweep",
                          "sampler=threshold threshold=0.9",
                          "--threads",
                          "1"};
const Arguments kFewTimes = {"--timed", "2", "--timed-batch", "4", "--rounds", "2"};
const Arguments kNoTimes = {"--timed", "0", "--rounds", "0"};

test::CommandResult run(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::smdm_eval(arguments);
}

/// Where the only file with this ending lies.
fs::path with_ending(const fs::path& folder, const std::string& ending) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ending) return entry.path();
  }
  FAIL("no " << ending << " in " << folder);
  return {};
}

Json json_in(const fs::path& folder) {
  return Json::parse(test::read_file(with_ending(folder, ".json")));
}

/// What a trade-off without times says, but for what belongs to the start.
Json comparable(const fs::path& folder) {
  auto json = json_in(folder);
  json.erase("date");
  json.erase("smdm_eval");
  return json;
}

std::string refused(const Arguments& arguments) {
  const auto result = test::smdm_eval(arguments);
  CHECK(result.code == kUsage);
  return result.err;
}

}  // namespace

TEST_CASE("a trade-off writes what its schema describes, tables and a picture") {
  const test::TemporaryFolder folder;
  const auto output = folder.path() / "run";
  auto few = kFewTimes;
  few.insert(few.end(), {"--output", output.string()});
  const auto result = run(kSmall, few);
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto json = json_in(output);
  const JsonSchema schema(
      Json::parse(test::read_file(fs::path(SMDM_SOURCE_DIR) / "docs/tradeoff-v1.schema.json")));
  const auto fault = schema.fault_of(json);
  INFO((fault ? fault->pointer + ": " + fault->text : ""));
  CHECK_FALSE(fault);
  CHECK(json.at("task") == "micro_gsm8k");
  CHECK(json.at("points").size() == 4);  // the sequential one is added
  CHECK(json.at("sequential") == "llada, steps 48");
  CHECK(json.at("arm").at("name") == "autoregressive");
  CHECK(json.at("arm").at("documents").at("quality").size() == 8);
  CHECK(json.at("timed").size() == 2);
  CHECK(json.at("smdm_eval").at("arm_name") == "micro-gsm8k-arm");
  CHECK(contains(result.out, "|llada, steps 8"));
  CHECK(contains(result.out, "Within 1.0 points of the autoregressive model, by latency"));
  CHECK(contains(test::read_file(with_ending(output, ".svg")), "</svg>"));
  CHECK(std::distance(fs::directory_iterator(output), {}) == 2);
}

TEST_CASE("the points of a trade-off are those of evaluations with their settings") {
  const test::TemporaryFolder folder;
  const auto output = folder.path() / "run";
  auto none = kNoTimes;
  none.insert(none.end(), {"--output", output.string()});
  REQUIRE(run(kSmall, none).code == 0);
  const auto alone = test::evaluated(
      {"--task", "gsm8k", "--limit", "8", "--sampler", "threshold", "--threshold", "0.9"},
      folder.path() / "alone");
  const auto own = Json::parse(test::read_file(test::file_in(alone, "results_")));
  const auto& task = own.at("smdm_eval").at("tasks").at("micro_gsm8k");
  const auto point = json_in(output).at("points").at(3);
  CHECK(point.at("name") == "threshold 0.9");
  CHECK(point.at("settings") == task.at("settings"));
  CHECK(point.at("forwards") == task.at("forwards").get<double>() / 8);
  CHECK(point.at("token_forwards") == task.at("tokens").get<double>() / 8);
  CHECK(point.at("latencies").empty());
  CHECK(point.at("latency_p50") == nullptr);
}

TEST_CASE("a trade-off that was killed goes on, and no answer is computed twice") {
  const test::TemporaryFolder folder;
  const Arguments job = {"tradeoff",
                         "--task",
                         "gsm8k",
                         "--limit",
                         "60",
                         "--sweep",
                         "sampler=llada steps=24,12,6,3",
                         "--timed",
                         "0",
                         "--rounds",
                         "0",
                         "--threads",
                         "1"};
  const auto whole = folder.path() / "whole";
  REQUIRE(run(job, {"--output", whole.string()}).code == 0);
  const auto cut = folder.path() / "cut";
  auto arguments = job;
  arguments.insert(arguments.end(), {"--output", cut.string()});
  test::StartedProgram program(SMDM_BINARY_DIR "/bin/smdm-eval", arguments);
  test::wait_for_journal(cut / "journal.sqlite", program);
  program.send(SIGKILL);
  CHECK(program.wait().code == 128 + SIGKILL);
  const auto kept = AnswerStore(cut / "journal.sqlite", StoreKind::journal).size();
  REQUIRE(kept > 0);
  const auto result = run(job, {"--output", cut.string()});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(contains(result.err, "resuming: "));
  CHECK(comparable(cut) == comparable(whole));
  const auto own = json_in(cut).at("smdm_eval");
  CHECK(own.at("resumes") == 1);
  CHECK(own.at("resumed_answers") == kept);
  CHECK(own.at("computed_answers").get<std::int64_t>() ==
        json_in(whole).at("smdm_eval").at("computed_answers").get<std::int64_t>() - kept);
}

TEST_CASE("a trade-off refuses what it cannot compare") {
  CHECK(contains(refused({"tradeoff"}), "--task: wanted a task that generates, got none"));
  CHECK(
      contains(refused({"tradeoff", "--task", "piqa"}), "wanted a task that generates, got piqa"));
  CHECK(
      contains(refused({"tradeoff", "--task", "gsm8k,infill"}), "wanted one task, got 2 of them"));
  CHECK(contains(refused({"tradeoff", "--task", "gsm8k", "--margin", "-1"}), "--margin: wanted"));
  CHECK(contains(refused({"tradeoff", "--task", "gsm8k", "--timed", "-1"}), "--timed: wanted"));
  CHECK(contains(refused({"tradeoff", "--task", "gsm8k", "--metric", "acc"}),
                 "--metric: wanted a mean of gsm8k"));
  const test::TemporaryFolder folder;
  const auto output = (folder.path() / "run").string();
  CHECK(contains(refused({"tradeoff", "--task", "gsm8k", "--output", output, "--sweep",
                          "sampler=llada threshold=0.9"}),
                 "--sweep: llada, threshold 0.9: "));
  const auto diffusion = (fs::path(SMDM_SOURCE_DIR) / "embedded/micro-gsm8k-mdm").string();
  test::check_refused({"tradeoff", "--task", "gsm8k", "--output", output, "--arm", diffusion}, 4,
                      "--backend arm contradicts the checkpoint");
  CHECK_FALSE(fs::exists(output));
}

}  // namespace smdm
