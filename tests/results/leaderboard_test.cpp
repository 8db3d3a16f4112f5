// Leaderboards: entries, merging, conflicts, the three files.
#include "results/export/leaderboard.hpp"

#include "base/error.hpp"
#include "results/export/list.hpp"
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

/// Stores runs and exports them into one leaderboard.
class Board {
 public:
  [[nodiscard]] fs::path folder() const { return root_.path() / "board"; }

  fs::path store(const RunRecord& run, const std::string& name) {
    return test::store(run, root_.path() / name);
  }

  ExportSummary add(const RunRecord& run, const std::string& name) {
    const std::vector<Facts> runs = {read_facts(store(run, name))};
    return export_runs(runs, folder());
  }

  std::string error_of_adding(const RunRecord& run, const std::string& name) {
    return test::error_text<ErrorKind::results>([&] { return add(run, name); });
  }

  [[nodiscard]] std::string text(const std::string& file) const {
    return test::read_file(folder() / file);
  }
  [[nodiscard]] Json json() const { return Json::parse(text("leaderboard.json")); }
  [[nodiscard]] std::vector<std::string> all() const {
    return {text("leaderboard.json"), text("leaderboard.md"), text("leaderboard.csv")};
  }
  [[nodiscard]] fs::path root() const { return root_.path(); }

 private:
  test::TemporaryFolder root_;
};

}  // namespace

TEST_CASE("an entry says what was measured, how, and where its samples are") {
  Board board;
  auto run = made_run(quiz(7));
  run.smdm_eval["command_line"] = Json::array({"--task", "quiz, \"the\" one"});
  const auto summary = board.add(run, "a");
  CHECK(summary.added == 2);
  CHECK(summary.entries == 2);
  const auto json = board.json();
  CHECK(json.at("schema") == 2);
  REQUIRE(json.at("benchmarks").size() == 2);
  CHECK(json.at("embedded").empty());
  const auto& entry = json.at("benchmarks").at(0);
  CHECK(entry.at("model").at("id") == "models/x");
  CHECK(entry.at("model").at("weights_sha256") == test::made_digest("00ff"));
  CHECK(entry.at("task").at("name") == "quiz");
  CHECK(entry.at("task").at("documents") == 4);
  CHECK(entry.at("task").at("data_sha256") == Json::array({test::made_digest("aa11")}));
  CHECK(entry.at("metric").at("name") == "acc");
  CHECK(entry.at("direction") == "higher");
  CHECK(entry.at("value") == 0.75);
  CHECK(entry.at("stderr") == 0.25);
  CHECK(entry.at("mc_stderr").is_null());
  CHECK(entry.at("interval").size() == 2);
  CHECK(entry.at("estimator") == "mc");
  CHECK(entry.at("budget") == Json({{"mc_samples", 8}}));
  CHECK(entry.at("cfg") == 0.0);
  CHECK(entry.at("bound") == "lower");
  CHECK(entry.at("metric").at("aggregation") == "mean");
  CHECK(entry.at("stderr_clustered") == 0.25);  // each document is its own cluster
  CHECK(entry.at("clusters") == 4);
  CHECK(entry.at("rank") == Json({{"group", 1}, {"low", 1}, {"high", 1}, {"entries", 1}}));
  CHECK(entry.at("seed") == 7);
  CHECK(entry.at("engine").at("git_revision") == "abc1234");
  CHECK(entry.at("command_line").at(0) == "--task");
  const auto samples = board.folder() / entry.at("samples").at("path").get<std::string>();
  CHECK(fs::exists(samples));
  CHECK(entry.at("samples").at("sha256").get<std::string>().size() == 64);
  CHECK(contains(board.text("leaderboard.csv"), "\"[\"\"--task\"\",\"\"quiz, "));
}

TEST_CASE("exporting again changes nothing") {
  Board board;
  board.add(made_run(quiz(0)), "a");
  board.add(embedded(), "b");
  const auto before = board.all();
  const std::vector<Facts> runs = {read_facts(board.root() / "b"), read_facts(board.root() / "a")};
  const auto summary = export_runs(runs, board.folder());
  CHECK(summary.added == 0);
  CHECK(summary.entries == 4);
  CHECK(board.all() == before);
  CHECK(board.add(made_run(quiz(0)), "again").added == 0);  // the same measurement, made anew
  CHECK(board.all() == before);
}

TEST_CASE("the order of exporting does not matter") {
  Board board;
  auto other = quiz(1);
  other.tasks[0].scores = {0.5, 0.25, 1, 0.5};
  board.add(made_run(quiz(0)), "a");
  board.add(made_run(other), "b");
  CHECK(board.json().at("benchmarks").size() == 4);
  const auto forth = board.all();
  fs::remove_all(board.folder());
  const std::vector<Facts> a = {read_facts(board.root() / "a")};
  const std::vector<Facts> b = {read_facts(board.root() / "b")};
  export_runs(b, board.folder());
  export_runs(a, board.folder());
  CHECK(board.all() == forth);
}

TEST_CASE("what differs in seed, settings, program or machine stands beside each other") {
  Board board;
  board.add(made_run(quiz(0)), "a");
  auto other = quiz(0);
  other.revision = "fff";
  CHECK(board.add(made_run(other), "b").added == 2);
  other.processor = "another";
  CHECK(board.add(made_run(other), "c").added == 2);
  other.weights = "11ee";
  CHECK(board.add(made_run(other), "d").added == 2);
  other.tasks[0].settings["cfg"] = 0.5;
  CHECK(board.add(made_run(other), "e").added == 2);
  other.tasks[0].verdicts.pop_back();
  other.tasks[0].scores.pop_back();
  CHECK(board.add(made_run(other), "f").added == 2);
  other.tasks[0].data = "bb22";
  CHECK(board.add(made_run(other), "g").added == 2);
  auto rounded = made_run(other);
  rounded.smdm_eval["model"]["rope_tables"] = "bf16";
  CHECK(board.add(rounded, "h").added == 2);
  rounded.smdm_eval["model"]["rope_tables"] = "f32";
  CHECK(board.add(rounded, "i").added == 2);
}

TEST_CASE("one checkpoint read with several masks, or shifted and not, has entries of its own") {
  Board board;
  auto run = made_run(quiz(0));
  auto& model = run.smdm_eval["model"];
  model.update({{"family", "a2d-llama"}, {"mask_id", 5}, {"shifted", false}});
  CHECK(board.add(run, "a").added == 2);
  model["mask_id"] = 7;
  CHECK(board.add(run, "b").added == 2);
  model["shifted"] = true;
  CHECK(board.add(run, "c").added == 2);
  run.start_s += 100.0;
  CHECK(board.add(run, "d").added == 0);
}

TEST_CASE("the same measurement with other samples is a conflict, at another time it is none") {
  Board board;
  auto run = made_run(quiz(0));
  board.add(run, "first");
  const auto before = board.all();
  run.start_s += 100.0;
  run.smdm_eval["command_line"] = Json::array({"--task", "quiz"});
  run.tasks[0].extra["seconds"] = 7.0;
  CHECK(board.add(run, "later").added == 0);
  CHECK(board.all() == before);
  std::get<std::vector<ChoiceRecord>>(run.tasks[0].samples[1].outcome)[0].estimate.nats = -9.5;
  const auto error = board.error_of_adding(run, "other");
  CHECK(contains(error, "have other results (samples): 0.75 of models/x in ../first/"));
  CHECK(contains(error, "and 0.75 of models/x in ../other/"));
  CHECK(board.all() == before);
}

TEST_CASE("a run with a field that cannot stand in an entry is not exported") {
  Board board;
  auto run = made_run(quiz(0));
  SECTION("a digest") {
    run.smdm_eval["model"]["weights_sha256"] = "good";
  }
  SECTION("an amount") {
    run.tasks[0].extra["rows"] = -4;
  }
  SECTION("a device") {
    run.smdm_eval["device"] = 5;
  }
  SECTION("a command line") {
    run.smdm_eval["command_line"] = "--task quiz";
  }
  SECTION("a budget") {
    run.tasks[0].extra["mc_samples"] = Json::array();
  }
  const auto error = board.error_of_adding(run, "a");
  CHECK(contains(error, (board.root() / "a" / "results_").string()));
  CHECK(contains(error, ": wanted "));
  CHECK_FALSE(fs::exists(board.folder() / "leaderboard.json"));
}

TEST_CASE("conflicting entries are an error that names both, and nothing changes") {
  Board board;
  board.add(made_run(quiz(0)), "first");
  const auto before = board.all();
  auto other = quiz(0);
  other.tasks[0].verdicts = {1, 0, 0, 1};
  const auto error = board.error_of_adding(made_run(other), "second");
  CHECK(contains(error, "quiz acc,none"));
  CHECK(contains(error, "0.75 of models/x in ../first/samples_quiz_"));
  CHECK(contains(error, "0.5 of models/x in ../second/samples_quiz_"));
  CHECK(board.all() == before);
}

TEST_CASE("runs on embedded data have a table of their own in all three files") {
  Board board;
  board.add(made_run(quiz(0)), "a");
  board.add(embedded(), "b");
  const auto json = board.json();
  CHECK(json.at("benchmarks").size() == 2);
  REQUIRE(json.at("embedded").size() == 2);
  CHECK(json.at("embedded").at(0).at("embedded") == true);
  const auto markdown = board.text("leaderboard.md");
  const auto heading = markdown.find("## Embedded micro world");
  REQUIRE(heading != std::string::npos);
  CHECK(markdown.find("micro_quiz") > heading);
  CHECK(markdown.find("|quiz") < heading);
  const auto csv = board.text("leaderboard.csv");
  CHECK(contains(csv, "table,task,task_version,metric"));
  CHECK(csv.find("\nembedded,micro_quiz") > csv.find("\nbenchmarks,quiz"));
}

TEST_CASE("one run twice is refused") {
  Board board;
  const auto file = board.store(made_run(quiz(0)), "a");
  const std::vector<Facts> runs = {read_facts(file), read_facts(board.root() / "a")};
  CHECK(contains(
      test::error_text<ErrorKind::results>([&] { return export_runs(runs, board.folder()); }),
      "the same one twice"));
  CHECK_FALSE(fs::exists(board.folder() / "leaderboard.json"));
}

TEST_CASE("a leaderboard that is none, or was changed, is refused and left alone") {
  Board board;
  board.add(made_run(quiz(0)), "a");
  const auto file = board.folder() / "leaderboard.json";
  const auto refused = [&](const std::string& text) {
    const auto before = board.all();
    const auto error = board.error_of_adding(made_run(quiz(1)), "b");
    CHECK(board.all() == before);
    return contains(error, text) && contains(error, file.string());
  };
  SECTION("truncated") {
    fs::resize_file(file, 300);
    CHECK(refused("not a leaderboard, or truncated"));
  }
  SECTION("of the future") {
    test::replace_in(file, "\"schema\": 2", "\"schema\": 3");
    CHECK(refused("got 3: written by a newer version"));
  }
  SECTION("of a future that wraps around") {
    test::replace_in(file, "\"schema\": 2", "\"schema\": 4294967297");
    CHECK(refused("got 4294967297: written by a newer version"));
  }
  SECTION("a schema that is none") {
    test::replace_in(file, "\"schema\": 2", "\"schema\": 1.5");
    CHECK(refused("got 1.5"));
  }
  SECTION("a value that is text") {
    test::replace_in(file, "\"value\": 0.75", "\"value\": \"good\"");
    CHECK(refused(": /benchmarks/0/value: wanted a number or null, got \"good\""));
  }
  SECTION("no direction") {
    test::replace_in(file, "\"direction\": \"higher\",", "");
    CHECK(refused("leaderboard.json:4: /benchmarks/0: wanted a field /benchmarks/0/direction"));
  }
  SECTION("a field more") {
    test::replace_in(file, "\"direction\":", "\"more\": 1, \"direction\":");
    CHECK(refused(": wanted no field /benchmarks/0/more"));
  }
  SECTION("something else") {
    test::replace_in(file, "\"benchmarks\"", "\"others\"");
    CHECK(refused("wanted a leaderboard"));
  }
  SECTION("a field less") {
    test::replace_in(file, "\"sha256\"", "\"sha\"");
    CHECK(refused("/samples: wanted a field /benchmarks/0/samples/sha256"));
  }
  SECTION("in the wrong table") {
    test::replace_in(file, "\"embedded\": false", "\"embedded\": true");
    CHECK(refused("a table of their own"));
  }
}

TEST_CASE("where a file cannot be replaced nothing is") {
  Board board;
  board.add(made_run(quiz(0)), "a");
  const auto json = board.text("leaderboard.json");
  fs::remove(board.folder() / "leaderboard.md");
  fs::create_directory(board.folder() / "leaderboard.md");
  CHECK(contains(board.error_of_adding(made_run(quiz(1)), "b"), "found a folder at"));
  CHECK(board.text("leaderboard.json") == json);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(board.folder())) ++files;
  CHECK(files == 3);  // nothing half-written is left
}

TEST_CASE("the path of samples leads to them from the folder's real place") {
  const test::TemporaryFolder folder;
  const auto root = folder.path();
  fs::create_directories(root / "far" / "away" / "real");
  fs::create_directories(root / "store" / "deep");
  test::store(made_run(quiz()), root / "store" / "deep" / "run");
  fs::create_directory_symlink(root / "far" / "away" / "real", root / "board");
  fs::create_directory_symlink(root / "store" / "deep", root / "runs");
  const auto check = [](const fs::path& run, const fs::path& board) {
    CAPTURE(run, board);
    const std::vector<Facts> runs = {read_facts(run)};
    export_runs(runs, board);
    const auto json = Json::parse(test::read_file(board / "leaderboard.json"));
    const fs::path path = json.at("benchmarks").at(0).at("samples").at("path").get<std::string>();
    CHECK(path.is_relative());
    CHECK(fs::exists(fs::canonical(board) / path));
    fs::remove(board / "leaderboard.json");
  };
  check(root / "store" / "deep" / "run", root / "plain");
  check(root / "store" / "deep" / "run", root / "board");
  check(root / "runs" / "run", root / "plain");
  check(root / "runs" / "run", root / "board");
  check(root / "runs" / ".." / "deep" / "run", root / "plain");  // ".." of where the link leads
  check(root / "runs" / "run", root / "board" / ".." / "beside");
}

TEST_CASE("no cell of the CSV is a formula, numbers stay numbers, and lines end as RFC 4180 says") {
  Board board;
  auto run = made_run(quiz(0));
  run.model.name = "=HYPERLINK(\"http://x\",\"y\")";
  board.add(run, "a");
  auto json = board.json();
  json["benchmarks"][0]["value"] = -0.5;
  json["benchmarks"][0]["samples"]["path"] = "+a\nb";
  json["benchmarks"][0]["processor"] = "@SUM(1)";
  json["benchmarks"][1]["processor"] = "-1";
  Leaderboard changed;
  for (const Json& entry : json.at("benchmarks")) changed.entries.push_back(entry);
  const auto csv = leaderboard_csv(changed);
  CHECK(contains(csv, ",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\","));
  CHECK(contains(csv, ",-0.5,"));
  CHECK(contains(csv, ",\"'+a\nb\","));
  CHECK(contains(csv, ",'@SUM(1),"));
  CHECK(contains(csv, ",'-1,"));
  const auto ends_of_lines = [&csv](const std::string& end) {
    std::size_t count = 0;
    for (auto at = csv.find(end); at != std::string::npos; at = csv.find(end, at + 1)) ++count;
    return count;
  };
  CHECK(ends_of_lines("\r\n") == 3);
  CHECK(ends_of_lines("\n") == 4);  // and the one within a cell
}

TEST_CASE("names cannot break or colour the tables that people read") {
  Board board;
  auto run = made_run(quiz(0));
  run.model.name = "models/\x1b[31mx|y\nz\u202e";
  run.model.parameters = 5;
  board.add(run, "a");
  CHECK(contains(board.text("leaderboard.md"), "|models/\\x1b[31mx\\|y z\\u202e|"));
  CHECK(board.json().at("benchmarks").at(0).at("model").at("id") == run.model.name);
}

}  // namespace smdm
