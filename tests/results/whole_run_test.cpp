// Runs read as a whole: parts together, and files that were changed found out.
#include "results/run/whole_run.hpp"

#include "base/error.hpp"
#include "results/run/facts.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using test::MadeRun;
using test::MadeTask;

MadeRun quiz(const std::string& name = "quiz", std::uint64_t seed = 0) {
  return {.tasks = {{.name = name, .verdicts = {1, 0, 1, 1}, .scores = {1, 0.5, 1, 0.25}}},
          .seed = seed};
}

std::string error_of(const fs::path& path) {
  return test::error_text<ErrorKind::results>([&] { return read_whole_run(path); });
}

fs::path samples_in(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("samples_")) return entry.path();
  }
  return {};
}

/// As older versions wrote results.
void without_digest(const fs::path& results) {
  auto json = Json::parse(test::read_file(results));
  for (auto& [name, task] : json.at("smdm_eval").at("tasks").items()) task.erase("samples_sha256");
  fs::remove(results);
  test::write_file(results, json.dump(2));
}

}  // namespace

TEST_CASE("a folder means its latest run, a file itself") {
  const test::TemporaryFolder folder;
  const auto first = test::store(made_run(quiz("quiz", 1)), folder.path());
  const auto second = test::store(made_run(quiz("quiz", 2)), folder.path());
  CHECK(read_whole_run(folder.path()).parts.at(0).results_file == second);
  CHECK(read_whole_run(first).parts.at(0).results_file == first);
  CHECK(facts_of(read_whole_run(first)).tasks.at(0).seed == 1);
}

TEST_CASE("a folder of folders is one run in parts") {
  const test::TemporaryFolder folder;
  test::store(made_run(quiz("b_task")), folder.path() / "model-1");
  test::store(made_run(quiz("a_task")), folder.path() / "model-2");
  fs::create_directory(folder.path() / "notes");
  const auto run = read_facts(folder.path());
  const auto tasks = tasks_by_name(run);
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[0]->record.name == "a_task");
  CHECK(tasks[1]->record.name == "b_task");
  CHECK(fs::exists(tasks[0]->samples_file));
  test::store(made_run(quiz("a_task", 5)), folder.path() / "model-3");
  CHECK(contains(error_of(folder.path()), "wanted one run, got two with task a_task"));
}

TEST_CASE("values changed by hand do not fit together") {
  const test::TemporaryFolder folder;
  const auto results = test::store(made_run(quiz()), folder.path());
  SECTION("a verdict in the samples") {
    test::replace_in(samples_in(folder.path()), "\"acc,none\":0.0", "\"acc,none\":1.0");
    CHECK(contains(error_of(results), "wanted the file whose digest the results file has"));
    without_digest(results);
    CHECK(contains(error_of(results), "wanted the value of acc,none as its samples give it"));
  }
  SECTION("a score in the table") {
    test::replace_in(results, "\"acc,none\": 0.75", "\"acc,none\": 0.76");
    CHECK(contains(error_of(results), "got 0.76: a file was changed"));
  }
  SECTION("a score in the block of our own") {
    test::replace_in(results, "\"value\": 0.75", "\"value\": 0.8");
    CHECK(contains(error_of(results), "got 0.8: a file was changed"));
  }
  SECTION("a standard error") {
    test::replace_in(results, "\"acc_stderr,none\": 0.25", "\"acc_stderr,none\": 0.05");
    CHECK(contains(error_of(results), "wanted the standard error of acc,none"));
  }
  SECTION("a Monte Carlo error where none is known") {
    test::replace_in(results, "\"mc_stderr\": null", "\"mc_stderr\": 0.4");
    CHECK(contains(error_of(results), "wanted the Monte Carlo error of acc,none"));
  }
  SECTION("a Monte Carlo error") {
    auto run = made_run(quiz());
    run.tasks[0].metrics[0].mc_errors = {0, 0, 0, 0};
    const auto known = test::store(run, folder.path() / "known");
    CHECK(read_whole_run(known).parts.size() == 1);
    test::replace_in(known, "\"acc_mc_stderr,none\": 0.0", "\"acc_mc_stderr,none\": 0.4");
    CHECK(contains(error_of(known), "wanted the Monte Carlo error of acc,none"));
  }
  SECTION("fields of another type") {
    const auto refused = [&](const std::string& from, const std::string& to) {
      const auto text = test::read_file(results);
      test::replace_in(results, from, to);
      const auto error = error_of(results);
      fs::remove(results);
      test::write_file(results, text);
      return contains(error, results.string()) && contains(error, "wanted");
    };
    CHECK(refused("\"seed\": 0", "\"seed\": \"x\""));
    CHECK(refused("\"bit_reproducible\": true", "\"bit_reproducible\": \"yes\""));
    CHECK(refused("\"estimator\": \"mc\"", "\"estimator\": 5"));
  }
  SECTION("a score that is text") {
    test::replace_in(results, "\"acc,none\": 0.75", "\"acc,none\": \"good\"");
    CHECK(contains(error_of(results), "not a results file of ours"));
  }
}

TEST_CASE("what is missing is said") {
  const test::TemporaryFolder folder;
  CHECK(contains(error_of(folder.path() / "absent"), "found nothing"));
  CHECK(contains(error_of(folder.path()), "found none"));
  const auto results = test::store(made_run(quiz()), folder.path());
  fs::remove(samples_in(folder.path()));
  CHECK(contains(error_of(results), "the samples of quiz: wanted to read"));
}

}  // namespace smdm
