// Lists of the runs below a folder.
#include "results/export/run_list.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using test::made_run;
using test::MadeRun;

MadeRun quiz(std::uint64_t seed = 0) {
  return {.tasks = {{.verdicts = {1, 0, 1, 1}, .scores = {1, 0.5, 1, 0.25}}}, .seed = seed};
}

RunRecord embedded(std::uint64_t seed = 0) {
  auto run = made_run(quiz(seed));
  run.tasks[0].name = "micro_quiz";
  run.smdm_eval["data_set"] = "embedded micro world";
  return run;
}

}  // namespace

TEST_CASE("runs below a folder are listed, and what cannot be read is named") {
  const test::TemporaryFolder folder;
  const auto root = folder.path();
  test::store(made_run(quiz(3)), root / "runs" / "a");
  test::store(embedded(), root / "runs" / "b" / "c");
  test::write_file(root / "runs" / "results_2024-01-01T00-00-00.000000.json", "{");
  const auto odd = test::store(made_run(quiz(4)), root / "runs" / "odd");
  test::replace_in(odd, "\"estimator\": \"mc\"", "\"estimator\": 5");
  const auto closed = root / "runs" / "closed";
  fs::create_directory(closed);
  fs::permissions(closed, fs::perms::none);
  const auto list = list_runs(root / "runs");
  fs::permissions(closed, fs::perms::owner_all);
  const auto table = run_list_table(list);
  CHECK(list.runs.size() == 2);
  CHECK(contains(table, "models/x"));
  CHECK(contains(table, "micro_quiz"));
  CHECK(contains(table, "|embedded|"));
  CHECK(contains(table, "b/c/results_"));
  const auto named = [&](const std::string& text) {
    return std::ranges::any_of(list.unreadable,
                               [&](const std::string& line) { return contains(line, text); });
  };
  CHECK(named("not JSON, or truncated"));
  CHECK(named(odd.string() + ": quiz: estimator: wanted a name, got 5"));
  // Whoever may read everything, as root may, finds that folder empty.
  CHECK((list.unreadable.size() == 2 || named("wanted to read the folder " + closed.string())));
  CHECK(contains(test::error_text<ErrorKind::results>([&] { return list_runs(root / "absent"); }),
                 "wanted to read the folder"));
}

TEST_CASE("a list has a run's tasks and estimators in the order of its file") {
  auto made = quiz(1);
  made.tasks[0].name = "z_task";
  made.tasks.push_back(made.tasks[0]);
  made.tasks[1].name = "a_task";
  made.tasks[1].settings = {{"sampler", "confidence"}};
  const test::TemporaryFolder folder;
  test::store(made_run(made), folder.path());
  const auto table = run_list_table(list_runs(folder.path()));
  CHECK(contains(table, "|z_task, a_task|"));
  CHECK(contains(table, "|mc, confidence|"));
  CHECK(contains(table, "|   8|"));  // documents of both tasks
}

}  // namespace smdm
