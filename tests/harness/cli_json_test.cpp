// Tables as JSON: every command that prints one, and nothing else on standard output.
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
using test::contains;

constexpr int kUsage = 2;

/// What a command prints, which is one JSON value.
Json printed(const std::vector<std::string>& arguments) {
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return Json::parse(result.out);
}

}  // namespace

TEST_CASE("--list-tasks --json has the catalogue") {
  const auto json = printed({"--list-tasks", "--json"});
  CHECK(json.at("tasks").at(0).at("name") == "hellaswag");
  CHECK(json.at("tasks").at(0).at("documents") == 10042);
  CHECK(json.at("tasks").at(0).at("metrics").at(1).at("name") == "acc_norm");
  CHECK(json.at("groups").at(0).at("name") == "zero-shot");
}

TEST_CASE("--task --json prints what was written, --repeat its repeatability, --dry-run the plan") {
  const test::TemporaryFolder folder;
  const auto out = (folder.path() / "run").string();
  const std::vector<std::string> task = {"--task", "boolq", "--limit", "3", "--json"};
  auto arguments = task;
  arguments.insert(arguments.end(), {"--output", out, "--repeat", "2"});
  const auto json = printed(arguments);
  REQUIRE(json.at("runs").size() == 2);
  const auto& run = json.at("runs").at(1);
  CHECK(run.at("seed") == 1);
  CHECK(fs::exists(run.at("file").get<std::string>()));
  CHECK(run.at("tasks").at(0).at("name") == "micro_boolq");
  CHECK(json.at("repeatability").at(0).at("runs") == 2);
  CHECK(json.at("repeatability").at(0).at("sd").is_number());
  auto dry = task;
  dry.emplace_back("--dry-run");
  const auto plan = printed(dry);
  CHECK(plan.at("tasks").at(0).at("documents") == 3);
  CHECK(plan.at("total").at("requests") == plan.at("tasks").at(0).at("requests"));
}

TEST_CASE("lists and the cache's numbers are JSON where asked for") {
  const test::TemporaryFolder folder;
  const auto cache = (folder.path() / "cache.sqlite").string();
  test::evaluated({"--task", "boolq", "--limit", "3", "--cache", cache}, folder.path() / "run");
  const auto stats = printed({"cache", "stats", cache, "--json"});
  CHECK(stats.at("answers") == 3);
  CHECK(stats.at("models").at(0).at("weights_sha256").get<std::string>().size() == 64);
  const auto list = printed({"leaderboard", "list", folder.path().string(), "--json"});
  CHECK(list.at("runs").at(0).at("tasks").at(0).at("name") == "micro_boolq");
}

TEST_CASE("--json without a table to stand for is refused") {
  test::check_refused({"--json"}, kUsage, "--json: wanted --task or --list-tasks");
  test::check_refused({"--json", "--prompts", "x"}, kUsage, "--json: wanted --task");
}

}  // namespace smdm
