// `smdm-eval export` and `runs` as a user starts them.
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

std::size_t files_in(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    count += entry.is_regular_file() ? 1 : 0;
  return count;
}

std::string exported(const std::string& run, const std::string& format, const fs::path& folder) {
  const auto result = test::smdm_eval({"export", "--to", format, run, "-o", folder.string()});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.out.empty());
  return result.err;
}

}  // namespace

TEST_CASE("a run is exported in both formats, and exporting again changes nothing") {
  const test::TemporaryFolder folder;
  const auto run =
      evaluated({"--task", "piqa,gsm8k", "--limit", "2"}, folder.path() / "run").string();
  const auto theirs = folder.path() / "theirs";
  CHECK(contains(exported(run, "lm-eval", theirs), "4 file(s) written, 0 there already"));
  CHECK(fs::exists(theirs / "micro-base-mdm"));
  CHECK(fs::exists(theirs / "micro-gsm8k-mdm"));
  const auto ever = folder.path() / "ever";
  CHECK(contains(exported(run, "every-eval-ever", ever), "4 file(s) written"));
  CHECK(files_in(ever / "data" / "smdm-eval" / "smdm-eval" / "micro-base-mdm") == 2);
  CHECK(contains(exported(run, "every-eval-ever", ever), "0 file(s) written, 4 there already"));
  CHECK(files_in(ever) == 4);
}

TEST_CASE("exports that cannot be are refused") {
  const test::TemporaryFolder folder;
  const auto run = evaluated({"--task", "piqa", "--limit", "2"}, folder.path() / "run").string();
  const auto out = (folder.path() / "out").string();
  check_refused({"export", run, "--to", "helm", "-o", out}, kUsage,
                "--to: wanted every-eval-ever or lm-eval, got helm");
  check_refused({"export", run, "-o", out}, kUsage, "--to");
  check_refused({"export", run, "--to", "lm-eval", "-o", out, "--texts", "maybe"}, kUsage,
                "wanted on or off, got maybe");
  check_refused({"export", run, run, "--to", "lm-eval", "-o", out}, kResults,
                "wanted different runs, got the same one twice");
  check_refused({"export", out, "--to", "lm-eval", "-o", out}, kResults, "found nothing there");
  CHECK(!fs::exists(out));
  fs::remove(test::file_in(run, "samples_"));
  check_refused({"export", run, "--to", "lm-eval", "-o", out}, kResults, "samples_micro_piqa_");
  CHECK(!fs::exists(out));
}

TEST_CASE("runs shows what lies below a folder, complete or not") {
  const test::TemporaryFolder folder;
  const auto root = folder.path() / "runs";
  const auto run = evaluated({"--task", "piqa", "--limit", "2"}, root / "a");
  const auto half = root / "half";
  fs::create_directories(half);
  test::write_file(half / "journal.sqlite", "");
  test::write_file(half / "progress.json",
                   R"({"format": 1, "state": "stopped", "documents": 100, "done": 40,
                       "updated_s": 1.5, "seconds_left": 9.5,
                       "tasks": [{"task": "boolq", "model": "m", "documents": 100, "done": 40}]})");
  fs::create_directories(root / "lost");
  test::write_file(root / "lost" / "answers.jsonl.journal.sqlite", "");
  const auto table = test::smdm_eval({"runs", root.string()});
  CHECK(table.code == 0);
  CHECK(contains(table.out, "|micro-base-mdm|micro_piqa|acc "));
  CHECK(contains(table.out, "|complete"));
  CHECK(contains(table.out, "|stopped, 40 of 100 documents|half"));
  CHECK(contains(table.out, "|cut off"));
  CHECK(contains(table.out, "lost/answers.jsonl"));
  const auto json = Json::parse(test::smdm_eval({"runs", root.string(), "--json"}).out);
  REQUIRE(json.at("runs").size() == 1);
  const auto stored = Json::parse(test::read_file(test::file_in(run, "results_")));
  CHECK(json.at("runs").at(0).at("tasks").at(0).at("metrics").at(0).at("value") ==
        stored.at("results").at("micro_piqa").at("acc,none"));
  CHECK(json.at("runs").at(0).at("samples") == true);
  REQUIRE(json.at("incomplete").size() == 2);
  CHECK(json.at("incomplete").at(0).at("state") == "stopped");
  CHECK(json.at("incomplete").at(0).at("tasks").at(0).at("model") == "m");
  CHECK(json.at("incomplete").at(1).at("documents").is_null());
  fs::remove(test::file_in(run, "samples_"));
  CHECK(contains(test::smdm_eval({"runs", root.string()}).out, "complete, without its samples"));
}

TEST_CASE("a folder without runs is an error") {
  const test::TemporaryFolder folder;
  check_refused({"runs", folder.path().string()}, kResults, "found none");
  check_refused({"runs", (folder.path() / "absent").string()}, kResults,
                "wanted to read the folder");
}

}  // namespace smdm
