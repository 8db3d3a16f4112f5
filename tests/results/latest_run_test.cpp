// Which run of a folder is the latest, and what lies beside runs.
#include "base/error.hpp"
#include "results/export/run_list.hpp"
#include "results/run/facts.hpp"
#include "results/run/reader.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;

constexpr const char* kEarlyName = "2020-01-01T00-00-00.000000";
constexpr const char* kLateName = "2030-01-01T00-00-00.000000";

RunRecord started(double seconds, const std::string& task = "quiz") {
  auto run = test::made_run({.tasks = {{.name = task, .verdicts = {1, 0, 1}}}});
  run.start_s = seconds;
  return run;
}

/// Stores a run under the date of another clock.
fs::path store_as(const RunRecord& run, const fs::path& folder, const std::string& date) {
  const auto results = test::store(run, folder);
  const auto before = read_run(results, Samples::leave).date;
  for (const auto& task : run.tasks) {
    fs::rename(folder / ("samples_" + task.name + "_" + before + ".jsonl"),
               folder / ("samples_" + task.name + "_" + date + ".jsonl"));
  }
  const auto renamed = folder / ("results_" + date + ".json");
  fs::rename(results, renamed);
  return renamed;
}

std::string error_of(const fs::path& path) {
  return test::error_text<ErrorKind::results>([&] { return read_facts(path); });
}

}  // namespace

TEST_CASE("the latest run is the one that began last, whatever the clock of its name said") {
  const test::TemporaryFolder folder;
  const auto later = store_as(started(2000.5), folder.path(), kEarlyName);
  store_as(started(1000.5), folder.path(), kLateName);
  CHECK(read_run(folder.path()).results_file == later);
  CHECK(read_run(folder.path()).run.tasks.at(0).samples.size() == 3);
  CHECK(read_facts(folder.path()).parts.at(0)->results_file == later);
  SECTION("of the parts of a run too") {
    const test::TemporaryFolder whole;
    const auto part = store_as(started(2000.5), whole.path() / "a", kEarlyName);
    store_as(started(1000.5), whole.path() / "a", kLateName);
    store_as(started(3000.5, "other"), whole.path() / "b", kEarlyName);
    const auto run = read_facts(whole.path());
    REQUIRE(run.parts.size() == 2);
    CHECK(run.parts.at(0)->results_file == part);
  }
  SECTION("and a list has them in that order") {
    const auto table = run_list_table(list_runs(folder.path()));
    CHECK(table.find(kLateName) < table.find(kEarlyName));
  }
}

TEST_CASE("of runs that began at one time the latest is the one with the last name") {
  const test::TemporaryFolder folder;
  const auto last = store_as(started(1000.5), folder.path(), kLateName);
  store_as(started(1000.5), folder.path(), kEarlyName);
  CHECK(read_run(folder.path()).results_file == last);
}

TEST_CASE("files of others beside runs are passed over") {
  const test::TemporaryFolder folder;
  const auto run = store_as(started(1000.5), folder.path() / "a", kEarlyName);
  for (const auto& place : {folder.path(), folder.path() / "a"}) {
    test::write_file(place / "results_notes.json", "{\"date\": 9e9}");
    test::write_file(place / "results_old.json", "not JSON");
    // As lm-eval writes its own results.
    test::write_file(place / ("results_" + std::string(kLateName) + ".json"),
                     R"({"results": {}, "date": 9e9})");
    fs::create_directory(place / "results_folder.json");
  }
  CHECK(read_facts(folder.path() / "a").parts.at(0)->results_file == run);
  // Nor do they make a run of the folder that they lie in.
  CHECK(read_facts(folder.path()).parts.at(0)->results_file == run);
  const auto list = list_runs(folder.path());
  CHECK(list.runs.size() == 1);
  CHECK(list.unreadable.empty());
  CHECK(contains(error_of(folder.path() / "results_notes.json"), "\"smdm_eval\""));
}

TEST_CASE("a damaged run beside others is an error, never passed over") {
  const test::TemporaryFolder folder;
  store_as(started(1000.5), folder.path(), kLateName);
  const auto damaged = folder.path() / ("results_" + std::string(kEarlyName) + ".json");
  SECTION("empty") {
    test::write_file(damaged, "");
  }
  SECTION("cut off") {
    test::write_file(damaged, "{\"date\": 1000.5, \"smdm_ev");
  }
  SECTION("a link to nothing") {
    fs::create_symlink("nowhere", damaged);
  }
  SECTION("without a date") {
    test::write_file(damaged, R"({"smdm_eval": {}, "date": "today"})");
  }
  CHECK(contains(error_of(folder.path()), damaged.string()));
  const auto list = list_runs(folder.path());
  CHECK(list.runs.size() == 1);
  REQUIRE(list.unreadable.size() == 1);
  CHECK(contains(list.unreadable.at(0), damaged.string()));
}

}  // namespace smdm
