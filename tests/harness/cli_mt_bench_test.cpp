// mt_bench from the command line: results, samples and the file of answers for judges; questions of
// one's own; what is refused before anything is computed; a run that is cut off.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/fastchat/answers.hpp"
#include "base/json.hpp"
#include "harness/jobs/embedded.hpp"
#include "harness/journal/answer_store.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/harness/task_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Arguments = std::vector<std::string>;

Arguments operator+(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

const std::string kProgram = SMDM_BINARY_DIR "/bin/smdm-eval";
const Arguments kTask = {"--task", "mt_bench", "--threads", "1"};

std::string model(const std::string& kind) {
  return (embedded_folder() / ("micro-gsm8k-" + kind)).string();
}

Json results_in(const fs::path& folder) {
  return Json::parse(test::read_file(test::file_in(folder, "results_")));
}

fs::path answers_file(const fs::path& folder) {
  return test::file_in(folder, "model_answer_");
}

/// Lines of a file without the time at which they were made.
std::vector<Json> timeless(const fs::path& file) {
  auto lines = test::json_lines(test::read_file(file));
  for (auto& line : lines) {
    CHECK(line.at("tstamp").is_number());
    line.erase("tstamp");
  }
  return lines;
}

/// Questions of the user's and where they lie.
class Questions {
 public:
  explicit Questions(const std::string& lines) { test::write_file(file(), lines); }
  [[nodiscard]] fs::path file() const { return folder_.path() / "mine.jsonl"; }
  [[nodiscard]] Arguments with(const std::string& kind) const {
    return kTask + Arguments{"--model", model(kind), "--data", file().string()};
  }

 private:
  test::TemporaryFolder folder_;
};

const std::string kTwoTurns =
    R"({"question_id": "a", "category": "own", "turns": ["Question: Dan has 8 pens. He gives 2. How many now?", "Question: Leo has 6 books. He drops 2. How many now?"]})"
    "\n";
const std::string kOneTurn =
    R"({"question_id": 7, "category": "own", "turns": ["Question: Dan has 8 pens. He gives 2. How many now?"]})"
    "\n";

std::string described(const std::string& user, const std::string& assistant) {
  return Json{{"template_version", 1}, {"user", user}, {"assistant", assistant}}.dump();
}

std::uintmax_t bytes_of(const fs::path& file) {
  std::error_code none;
  const auto size = fs::file_size(file, none);
  return none ? 0 : size;
}

/// Waits until a journal's log holds answers: the tables are in the database itself by then.
void wait_for_answers(const fs::path& folder, test::StartedProgram& program) {
  constexpr std::uintmax_t kTables = 8192;  // bytes
  constexpr std::uintmax_t kAnswers = 20'000;
  int times = 0;  // while the tables go from the log to the database, they are in both
  while (program.runs() && times < 4) {
    const bool holds = bytes_of(folder / "journal.sqlite") > kTables &&
                       bytes_of(folder / "journal.sqlite-wal") > kAnswers;
    times = holds ? times + 1 : 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

TEST_CASE("mt_bench without a model: both kinds answer both turns, and leave a file for a judge") {
  for (const auto* kind : {"mdm", "arm"}) {
    INFO(kind);
    const test::TemporaryFolder folder;
    const auto run = test::evaluated(kTask + Arguments{"--limit", "4", "--backend", kind},
                                     folder.path() / "run");
    const auto results = results_in(run);
    const auto name = std::string("micro_mt_bench");
    CHECK(results.at("results").at(name).at("answered,none") == 1.0);
    const auto& own = results.at("smdm_eval").at("tasks").at(name);
    CHECK(own.at("turns_without_room") == 0);
    CHECK(own.at("settings").at("template") == "plain");
    CHECK(own.at("settings").at("total_length") == 48);
    const auto samples = test::samples(run, name);
    const auto answers = read_answers(answers_file(run));
    REQUIRE(samples.size() == 4);
    REQUIRE(answers.size() == 4);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      CHECK(answers[i].question_id == samples[i].at("doc").at("question_id"));
      CHECK(answers[i].model_id == std::string("micro-gsm8k-") + kind);
      CHECK(answers[i].tstamp > 1.7e9);
      CHECK(answers[i].answer_id == answer_id_of(answers[i]));
      REQUIRE(answers[i].choices.size() == 1);
      const auto& turns = answers[i].choices.front();
      REQUIRE(turns.size() == 2);
      CHECK(Json(turns) == samples[i].at("smdm_eval").at("answers"));
      CHECK(turns[0].starts_with("Answer:"));
      CHECK(contains(turns[0], "#### "));
      CHECK(samples[i].at("resps").at(0).at(0) == turns[0] + "\n\n" + turns[1]);
    }
    const auto line = test::json_lines(test::read_file(answers_file(run))).front();
    std::vector<std::string> keys;
    for (const auto& [key, value] : line.items()) keys.push_back(key);
    CHECK(keys ==
          std::vector<std::string>{"question_id", "answer_id", "model_id", "choices", "tstamp"});
  }
}

TEST_CASE("questions of one's own: one turn is answered, ids stay as they are") {
  const Questions questions(kTwoTurns + kOneTurn);
  for (const auto* kind : {"mdm", "arm"}) {
    const test::TemporaryFolder folder;
    const auto run = test::evaluated(questions.with(kind), folder.path() / "run");
    const auto answers = read_answers(answers_file(run));
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].question_id == "a");
    CHECK(answers[1].question_id == 7);
    CHECK(answers[0].choices.front().size() == 2);
    REQUIRE(answers[1].choices.front().size() == 1);
    CHECK(answers[0].choices.front().front() == answers[1].choices.front().front());
    CHECK(results_in(run).at("results").contains("mt_bench"));
  }
}

TEST_CASE("a template of one's own that says what one built in says gives the same answers") {
  const test::TemporaryFolder folder;
  const Questions questions(kTwoTurns);
  const auto file = folder.path() / "plain.json";
  test::write_file(file, described("{question}", " {answer}\n\n"));
  const auto cache = Arguments{"--cache", (folder.path() / "cache").string()};
  const auto one = test::evaluated(questions.with("mdm") + cache, folder.path() / "one");
  const auto other =
      test::evaluated(questions.with("mdm") + cache + Arguments{"--template-file", file.string()},
                      folder.path() / "other");
  CHECK(timeless(answers_file(one)) == timeless(answers_file(other)));
  CHECK(results_in(other).at("smdm_eval").at("cache_hits") == 1);
  const auto results = results_in(other);
  const auto& settings = results.at("smdm_eval").at("tasks").at("mt_bench").at("settings");
  CHECK(settings.at("template_file").get<std::string>().size() == 64);
  CHECK_FALSE(settings.contains("template"));
  // One that ends answers elsewhere is another.
  test::write_file(file, Json{{"template_version", 1},
                              {"user", "{question}"},
                              {"assistant", " {answer}\n\n"},
                              {"stop", Json::array({"="})}}
                             .dump());
  const auto cut =
      test::evaluated(questions.with("mdm") + cache + Arguments{"--template-file", file.string()},
                      folder.path() / "cut");
  CHECK(results_in(cut).at("smdm_eval").at("cache_hits") == 0);
  const auto answers = read_answers(answers_file(cut));
  for (const auto& turn : answers.front().choices.front()) CHECK_FALSE(contains(turn, "="));
  CHECK(answers.front().choices.front().front().starts_with("Answer: 8"));
}

TEST_CASE("a conversation that fills what the model reads leaves later turns without an answer") {
  const test::TemporaryFolder folder;
  const Questions questions(
      R"({"question_id": 1, "category": "own", "turns": ["Question: Dan has 8 pens. He gives 2. He gives 2. He gives 2. How many now?", "Question: Leo has 6 books. He drops 2. He drops 2. He drops 2. He drops 2. How many now?"]})");
  const auto run = test::evaluated(questions.with("arm") + Arguments{"--total-length", "64"},
                                   folder.path() / "run");
  const auto turns = read_answers(answers_file(run)).front().choices.front();
  REQUIRE(turns.size() == 2);
  CHECK_FALSE(turns[0].empty());
  CHECK(turns[1].empty());
  const auto results = results_in(run);
  CHECK(results.at("results").at("mt_bench").at("answered,none") == 0.5);
  CHECK(results.at("smdm_eval").at("tasks").at("mt_bench").at("turns_without_room") == 1);
}

TEST_CASE("what is wrong with questions, templates and lengths costs nothing") {
  const test::TemporaryFolder folder;
  const auto output = Arguments{"--output", (folder.path() / "run").string()};
  const auto refused = [&](const std::string& lines, const Arguments& more, int code,
                           const std::string& text) {
    const Questions questions(lines);
    test::check_refused(questions.with("arm") + more + output, code, text);
    CHECK_FALSE(fs::exists(folder.path() / "run"));
  };
  refused(kTwoTurns + kTwoTurns, {}, 3, "mine.jsonl:2: wanted one document of question_id \"a\"");
  refused(R"({"question_id": 1, "category": "own", "turns": []})", {}, 3, "mine.jsonl:1: ");
  std::string words;
  for (int k = 0; k < 80; ++k) words += "He gives 2. ";
  refused(R"({"question_id": 81, "category": "own", "turns": [")" + words + R"("]})", {}, 5,
          "task mt_bench, document 0, question 81: ");
  refused(kTwoTurns, {"--template", "vicuna"}, 2,
          "--template: wanted vicuna_v1.1, chatml, llama-3, llada or plain, got vicuna");
  refused(kTwoTurns, {"--template-file", "/nonexistent/t.json"}, 3, "/nonexistent/t.json");
  const auto file = (folder.path() / "t.json").string();
  test::write_file(file, described("Question:", "{answer}"));
  refused(kTwoTurns, {"--template-file", file}, 3, "wanted a text with one place {question}");
  refused(kTwoTurns, {"--template-file", file, "--template", "plain"}, 2,
          "--template-file: wanted no --template beside it, got both");
  refused(kTwoTurns, {"--total-length", "65"}, 2, "the model reads at most 64");
  test::check_refused(kTask + Arguments{"--model", model("arm"), "--data", "/nonexistent"} + output,
                      3, "/nonexistent");
  test::write_file(folder.path() / "in.jsonl", R"({"id": 1, "prompt": "a"})");
  test::check_refused({"--prompts", (folder.path() / "in.jsonl").string(), "--model", model("arm"),
                       "--template", "plain"},
                      2, "--template: wanted --task mt_bench, got --prompts");
}

TEST_CASE("answers of a run that was killed are those of one that was not") {
  const auto job = kTask + Arguments{"--batch-size", "2", "--steps", "48"};
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  {
    test::StartedProgram program(kProgram, job + Arguments{"--output", run.string()});
    wait_for_answers(run, program);
    program.send(SIGKILL);
    REQUIRE(program.wait().code == 128 + SIGKILL);
  }
  const auto kept = AnswerStore(run / "journal.sqlite", StoreKind::journal).size();
  REQUIRE(kept > 0);
  CHECK(kept < 60);
  const auto result = test::smdm_eval(job + Arguments{"--output", run.string()});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(results_in(run).at("smdm_eval").at("resumed_answers") == kept);
  const auto whole = test::evaluated(job, folder.path() / "whole");
  CHECK(timeless(answers_file(run)) == timeless(answers_file(whole)));
  CHECK(test::read_file(test::file_in(run, "samples_")) ==
        test::read_file(test::file_in(whole, "samples_")));
}

}  // namespace smdm
