// Folders of runs that nobody named, and what a dry run foretells, as a user meets them.
#include "harness/jobs/run_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/json.hpp"
#include "tasks/ask/catalog.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;

/// Stands in a folder of its own until the test ends.
class WorkingFolder {
 public:
  WorkingFolder() : before_(fs::current_path()) { fs::current_path(folder_.path()); }
  ~WorkingFolder() { fs::current_path(before_); }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  test::TemporaryFolder folder_;
  fs::path before_;
};

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

/// A part of a run over these tasks.
EvaluationPart part_of(const std::vector<std::string>& asked,
                       const std::vector<std::string>& own,
                       const std::string& model) {
  EvaluationPart part{.tasks = find_tasks(own), .settings = {}, .model = model, .embedded = true};
  part.settings.tasks = asked;
  return part;
}

/// The cells of the row of a table that begins with a name.
std::vector<std::string> row_of(const std::string& table, const std::string& name) {
  for (const auto& line : test::lines_of(table)) {
    if (!line.starts_with("|" + name)) continue;
    std::vector<std::string> cells;
    std::string cell;
    for (const char c : line.substr(1)) {
      if (c == '|') {
        cells.push_back(cell);
        cell.clear();
      } else if (c != ' ') {
        cell += c;
      }
    }
    if (cells.front() == name) return cells;
  }
  FAIL("no row " << name << " in\n" << table);
  return {};
}

}  // namespace

TEST_CASE("folders are called after the date, the model and the tasks of a part") {
  const WorkingFolder here;
  const std::chrono::system_clock::time_point when(std::chrono::seconds(1725194096));
  const auto folder = [&](const EvaluationPart& part) { return make_default_folder(part, when); };
  const std::vector<std::string> asked = {"piqa", "gsm8k"};
  CHECK(folder(part_of(asked, {"piqa"}, "micro-base-mdm")) ==
        "runs/2024-09-01T12-34-56-micro-base-mdm-piqa");
  CHECK(folder(part_of(asked, {"gsm8k"}, "micro-gsm8k-mdm")) ==
        "runs/2024-09-01T12-34-56-micro-gsm8k-mdm-gsm8k");
  CHECK(folder(part_of({"temporal_shift"}, {"temporal_shift"}, "m")) ==
        "runs/2024-09-01T12-34-56-m-temporal_shift");
  // What is there already is left alone.
  CHECK(folder(part_of(asked, {"piqa"}, "micro-base-mdm")) ==
        "runs/2024-09-01T12-34-56-micro-base-mdm-piqa-2");
  CHECK(folder(part_of(asked, {"piqa"}, "micro-base-mdm")) ==
        "runs/2024-09-01T12-34-56-micro-base-mdm-piqa-3");
  CHECK(names_in("runs").size() == 5);
}

TEST_CASE("folders into which nothing came go again") {
  const WorkingFolder here;
  {
    MadeFolders folders;
    fs::create_directories("runs/a");
    fs::create_directories("runs/b");
    test::write_file("runs/b/results", "");
    CHECK(folders.add("runs/a") == "runs/a");
    folders.add("runs/b");
  }
  CHECK(names_in("runs") == std::set<std::string>{"b"});
  fs::remove_all("runs/b");
  {
    const MadeFolders folders;
  }
  CHECK(fs::exists("runs"));  // it was there before
}

TEST_CASE("runs of several checkpoints go to folders of their own") {
  const WorkingFolder here;
  const auto result = test::smdm_eval({"--task", "piqa,gsm8k", "--backend", "arm", "--limit", "2"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto names = names_in("runs");
  REQUIRE(names.size() == 2);
  const auto one = [&](const std::string& end) {
    return std::ranges::any_of(names, [&](const std::string& name) { return name.ends_with(end); });
  };
  CHECK(one("-micro-base-arm-piqa"));
  CHECK(one("-micro-gsm8k-arm-gsm8k"));
}

TEST_CASE("a run that cannot begin leaves no folder") {
  const WorkingFolder here;
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, std::vector<std::string>{"--repeat", "2"}}) {
    std::vector<std::string> arguments = {"--task", "piqa",   "--model",
                                          "absent", "--data", "embedded"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    CHECK(test::smdm_eval(arguments).code != 0);
    CHECK_FALSE(fs::exists("runs"));
    arguments.insert(arguments.end(), {"--output", "mine/a/b"});
    CHECK(test::smdm_eval(arguments).code != 0);
    CHECK(names_in(".").empty());
    fs::create_directories("mine/a");  // somebody else's, though empty
    CHECK(test::smdm_eval(arguments).code != 0);
    CHECK(names_in("mine/a").empty());
    fs::remove_all("mine");
  }
}

TEST_CASE("only folders that were missing are removed, from the innermost outwards") {
  const WorkingFolder here;
  fs::create_directory("old");
  {
    MadeFolders folders;
    CHECK(folders.add_missing("old/new/newer/") == "old/new/newer/");
    folders.add_missing("old/new/full");
    folders.add_missing((fs::current_path() / "absolute/one").string());
    fs::create_directories("old/new/newer");
    fs::create_directories("old/new/full");
    fs::create_directories("absolute/one");
    test::write_file("old/new/full/results", "");
  }
  CHECK(names_in(".") == std::set<std::string>{"old"});
  CHECK(names_in("old/new") == std::set<std::string>{"full"});
  fs::remove_all("old/new");
  {
    MadeFolders folders;
    folders.add_missing("old");
  }
  CHECK(fs::exists("old"));
}

TEST_CASE("a dry run foretells the rows and tokens of the run, and writes nothing") {
  const WorkingFolder here;
  const std::vector<std::string> arguments = {"--task",  "piqa,boolq", "--estimator",  "mc",
                                              "--limit", "4",          "--mc-samples", "8"};
  auto dry = arguments;
  dry.insert(dry.end(), {"--dry-run", "--repeat", "3"});
  const auto plan = test::smdm_eval(dry);
  INFO(plan.err);
  REQUIRE(plan.code == 0);
  CHECK(names_in(".").empty());
  CHECK(contains(plan.out, "3 repeats"));
  const auto run = test::evaluated(arguments, "run");
  const auto results = Json::parse(test::read_file(test::file_in(run, "results_")));
  std::int64_t rows = 0;
  for (const char* task : {"micro_piqa", "micro_boolq"}) {
    const auto& own = results.at("smdm_eval").at("tasks").at(task);
    const auto cells = row_of(plan.out, task);
    CHECK(cells.at(1) == "12");
    CHECK(cells.at(3) == std::to_string(3 * own.at("rows").get<std::int64_t>()));
    CHECK(cells.at(4) == std::to_string(3 * own.at("tokens").get<std::int64_t>()));
    rows += own.at("rows").get<std::int64_t>();
  }
  const auto total = row_of(plan.out, "total");
  CHECK(total.at(1) == "24");
  CHECK(total.at(3) == std::to_string(3 * rows));
}

TEST_CASE("a dry run extrapolates what generations cost") {
  const auto plan =
      test::smdm_eval({"--task", "gsm8k", "--backend", "arm", "--limit", "2", "--dry-run"});
  INFO(plan.err);
  REQUIRE(plan.code == 0);
  const auto cells = row_of(plan.out, "micro_gsm8k");
  // An autoregressive model's forward has one row of each document, as long as it is by then.
  CHECK(cells.at(3).starts_with("~"));
  CHECK(cells.at(3) == cells.at(5));
  CHECK(std::stoi(cells.at(4).substr(1)) > std::stoi(cells.at(3).substr(1)));
  CHECK(contains(plan.out, "Forwards are those of texts that are generated"));
}

}  // namespace smdm
