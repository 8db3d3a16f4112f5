// `smdm-eval leaderboard` as a user starts it.
#include <filesystem>

#include "base/json.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::check_refused;
using test::contains;
using test::evaluated;

constexpr int kUsage = 2;
constexpr int kResults = 6;

std::vector<std::string> contents(const fs::path& board) {
  std::vector<std::string> all;
  for (const char* name : {"leaderboard.json", "leaderboard.md", "leaderboard.csv"})
    all.push_back(test::read_file(board / name));
  return all;
}

void exported(const std::vector<std::string>& runs, const fs::path& board) {
  std::vector<std::string> arguments = {"leaderboard", "export"};
  arguments.insert(arguments.end(), runs.begin(), runs.end());
  arguments.insert(arguments.end(), {"--output", board.string()});
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.out.empty());
}

}  // namespace

TEST_CASE("runs of several kinds make one leaderboard, and exporting again changes nothing") {
  const test::TemporaryFolder folder;
  const auto run = [&](const std::string& name, const std::vector<std::string>& arguments) {
    return evaluated(arguments, folder.path() / "runs" / name).string();
  };
  const auto mdm = run("mdm", {"--task", "piqa,gsm8k", "--limit", "3"});
  const auto arm = run("arm", {"--task", "lambada_standard", "--backend", "arm", "--limit", "3"});
  const auto time = run("time", {"--task", "temporal_shift", "--backend", "arm", "--limit", "2"});
  const auto board = folder.path() / "board";
  exported({mdm, arm, time}, board);
  test::check_report("leaderboard", board);
  const auto json = Json::parse(test::read_file(board / "leaderboard.json"));
  CHECK(json.at("benchmarks").empty());
  CHECK(json.at("embedded").size() > 5);
  const auto& entry = json.at("embedded").at(0);
  CHECK(entry.at("task").at("name") == "micro_gsm8k");
  CHECK(entry.at("model").at("id") == "micro-gsm8k-mdm");
  CHECK(entry.at("model").at("training_flops").get<double>() > 1e12);
  CHECK(entry.at("command_line").at(0) == "--task");
  CHECK(entry.at("command_line").at(1) == "piqa,gsm8k");
  CHECK(fs::exists(board / entry.at("samples").at("path").get<std::string>()));
  const auto before = contents(board);
  exported({time, mdm}, board);
  exported({arm}, board);
  CHECK(contents(board) == before);
  const auto list = test::smdm_eval({"leaderboard", "list", (folder.path() / "runs").string()});
  CHECK(list.code == 0);
  CHECK(contains(list.out, "micro-base-arm"));
  CHECK(contains(list.out, "mdm/micro-gsm8k-mdm/results_"));
  CHECK(test::lines_of(list.out).size() == 2 + 4);
}

TEST_CASE("conflicts and bad input are errors, and nothing changes") {
  const test::TemporaryFolder folder;
  const auto run =
      evaluated({"--task", "piqa", "--limit", "4"}, folder.path() / "runs" / "a").string();
  const auto board = folder.path() / "board";
  const std::string target = board.string();
  exported({run}, board);
  SECTION("an entry with another value") {
    const auto file = board / "leaderboard.json";
    auto json = Json::parse(test::read_file(file));
    json["embedded"][0]["value"] = 0.123;
    test::write_file(file, json.dump());
    const auto before = contents(board);
    check_refused({"leaderboard", "export", run, "--output", target}, kResults, "0.123 of");
    CHECK(contents(board) == before);
  }
  SECTION("a leaderboard that was cut off") {
    fs::resize_file(board / "leaderboard.json", 100);
    check_refused({"leaderboard", "export", run, "--output", target}, kResults,
                  "not a leaderboard, or truncated");
  }
  SECTION("a run that lacks samples") {
    const auto damaged = test::copy_of(run, folder.path() / "damaged");
    fs::remove(test::file_in(damaged, "samples_"));
    const auto before = contents(board);
    check_refused({"leaderboard", "export", damaged.string(), "--output", target}, kResults,
                  "the samples of micro_piqa: wanted to read");
    CHECK(contents(board) == before);
    const auto absent = folder.path() / "none";
    check_refused({"leaderboard", "export", damaged.string(), "--output", absent.string()},
                  kResults, "the samples of micro_piqa: wanted");
    CHECK_FALSE(fs::exists(absent));
  }
  SECTION("a run twice, no run, and a place that cannot be written") {
    check_refused({"leaderboard", "export", run, run, "--output", target}, kResults, "twice");
    check_refused({"leaderboard", "export", target, "--output", target}, kResults, "found none");
    const auto file = folder.path() / "file";
    test::write_file(file, "");
    check_refused({"leaderboard", "export", run, "--output", file.string()}, kResults, "file");
  }
  SECTION("options") {
    check_refused({"leaderboard"}, kUsage, "subcommand");
    check_refused({"leaderboard", "export", run}, kUsage, "--output");
    check_refused({"leaderboard", "export", "--output", target}, kUsage, "RUN");
    check_refused({"leaderboard", "list"}, kUsage, "DIR");
    check_refused({"leaderboard", "list", (folder.path() / "absent").string()}, kResults,
                  "wanted to read the folder");
    check_refused({"leaderboard", "list", target}, kResults, "found none");
    check_refused({"leaderboard", "list", "no\x1b[2Jwhere"}, kResults, "no\\x1b[2Jwhere");
  }
}

}  // namespace smdm
