// Runs that are cut off and go on, as a user meets them: signals, kills, other commands over the
// same folder, damaged and foreign files.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "harness/journal/run_journal.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using test::StartedProgram;
using test::wait_for_journal;
using Arguments = std::vector<std::string>;

const std::string kProgram = SMDM_BINARY_DIR "/bin/smdm-eval";

Arguments operator+(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// Long enough to be cut off in its middle.
const Arguments kLong = {"--task",       "piqa", "--estimator", "mc",
                         "--mc-samples", "512",  "--threads",   "1"};

/// Stands in a folder until it dies.
class WorkingFolder {
 public:
  explicit WorkingFolder(const fs::path& folder) : before_(fs::current_path()) {
    fs::current_path(folder);
  }
  ~WorkingFolder() { fs::current_path(before_); }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  fs::path before_;
};

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  if (!fs::exists(folder)) return names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

/// Answers in the journal of a run that does not run.
std::int64_t answers_in(const fs::path& folder) {
  AnswerStore store(folder / "journal.sqlite", StoreKind::journal);
  return store.size();
}

void wait_for_answers(const fs::path& folder, StartedProgram& program) {
  wait_for_journal(folder / "journal.sqlite", program);
}

Json results_in(const fs::path& folder) {
  return Json::parse(test::read_file(test::file_in(folder, "results_")));
}

std::string samples_in(const fs::path& folder) {
  return test::read_file(test::file_in(folder, "samples_"));
}

/// Results without what may differ between a run and one that was cut off.
Json comparable(const fs::path& folder) {
  auto results = results_in(folder);
  for (const char* key : {"date", "start_time", "end_time", "total_evaluation_time_seconds"})
    results.erase(key);
  auto& own = results.at("smdm_eval");
  for (const char* key : {"seconds", "computed_answers", "computed_rows", "cache_hits", "resumes",
                          "resumed_answers", "command_line"})
    own.erase(key);
  for (auto& task : own.at("tasks")) task.erase("seconds");
  results.erase("config");
  return results;
}

/// A folder with a run that was killed in its middle.
fs::path killed(const fs::path& folder, const Arguments& job = kLong, int signal = SIGKILL) {
  StartedProgram program(kProgram, job + Arguments{"--output", folder.string()});
  wait_for_answers(folder, program);
  program.send(signal);
  CHECK(program.wait().code == 128 + signal);
  return folder;
}

}  // namespace

TEST_CASE("a run that was killed goes on, and its files are those of one that was not") {
  const test::TemporaryFolder folder;
  const auto whole = test::evaluated(kLong, folder.path() / "whole");
  const auto run = killed(folder.path() / "run");
  const auto kept = answers_in(run);
  REQUIRE(kept > 0);
  const auto result = test::smdm_eval(kLong + Arguments{"--output", run.string()});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(contains(result.err, "resuming: "));
  CHECK(contains(result.err, " documents are there; about "));
  CHECK(names_in(run).size() == 2);
  CHECK(samples_in(run) == samples_in(whole));
  CHECK(comparable(run) == comparable(whole));
  const auto own = results_in(run).at("smdm_eval");
  CHECK(own.at("resumes") == 1);
  CHECK(own.at("resumed_answers") == kept);
  const auto all = results_in(whole).at("smdm_eval").at("computed_answers").get<std::int64_t>();
  CHECK(own.at("computed_answers") == all - kept);
  CHECK(own.at("bit_reproducible") == results_in(whole).at("smdm_eval").at("bit_reproducible"));
}

TEST_CASE("the first signal keeps what there is and says how to go on") {
  const test::TemporaryFolder folder;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const auto run = folder.path() / std::to_string(signal);
    StartedProgram program(kProgram, kLong + Arguments{"--output", run.string()});
    wait_for_answers(run, program);
    program.send(signal);
    const auto result = program.wait();
    CHECK(result.code == 128 + signal);
    CHECK(contains(result.err, "stopped by SIG"));
    CHECK(contains(result.err, " documents are kept; go on with: smdm-eval --task piqa"));
    CHECK(names_in(run) == std::set<std::string>{"journal.sqlite", "progress.json"});
    const auto progress = Json::parse(test::read_file(run / "progress.json"));
    CHECK(progress.at("state") == "stopped");
    CHECK(progress.at("done") == answers_in(run));
  }
}

TEST_CASE("a second signal ends at once") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  StartedProgram program(kProgram, kLong + Arguments{"--output", run.string()});
  wait_for_answers(run, program);
  program.send(SIGTERM);
  program.send(SIGINT);
  const auto code = program.wait().code;
  CHECK((code == 128 + SIGTERM || code == 128 + SIGINT));
  CHECK(answers_in(run) > 0);
}

TEST_CASE("another run's journal is refused with the first difference, until it is not wanted") {
  const test::TemporaryFolder folder;
  const auto run = killed(folder.path() / "run");
  const auto kept = answers_in(run);
  const auto other = kLong + Arguments{"--seed", "1", "--output", run.string()};
  test::check_refused(other, 6, "models.micro-base-mdm.tasks.piqa.seed: 0 there, 1 here");
  test::check_refused(kLong + Arguments{"--limit", "5", "--output", run.string()}, 6, "documents");
  CHECK(answers_in(run) == kept);
  const auto fresh = test::smdm_eval(other + Arguments{"--fresh"});
  INFO(fresh.err);
  CHECK(fresh.code == 0);
  CHECK(results_in(run).at("smdm_eval").at("resumes") == 0);
  CHECK(names_in(run).size() == 2);
}

TEST_CASE("without a folder the newest incomplete run of the same command goes on") {
  const test::TemporaryFolder folder;
  const WorkingFolder here(folder.path());
  {
    StartedProgram program(kProgram, kLong);
    // Whether the folder can be written to is tried with a file, for a moment.
    const auto has_run = [] {
      const auto names = names_in("runs");
      return names.size() == 1 && fs::exists("runs/" + *names.begin() + "/journal.sqlite");
    };
    while (!has_run() && program.runs()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE(has_run());
    wait_for_answers("runs/" + *names_in("runs").begin(), program);
    program.send(SIGKILL);
    program.wait();
  }
  const auto first = "runs/" + *names_in("runs").begin();
  const auto other = test::smdm_eval({"--task", "piqa", "--limit", "3"});
  CHECK(other.code == 0);
  CHECK(other.err.find("resuming") == std::string::npos);
  CHECK(names_in("runs").size() == 2);
  const auto result = test::smdm_eval(kLong);
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK(contains(result.err, first + ": resuming: "));
  CHECK(names_in("runs").size() == 2);
  CHECK(results_in(first).at("smdm_eval").at("resumes") == 1);
  // A complete run stays, and a new one is put beside it.
  const auto again = test::smdm_eval({"--task", "piqa", "--limit", "3"});
  CHECK(again.code == 0);
  CHECK(names_in("runs").size() == 3);
}

TEST_CASE("a folder belongs to one process at a time") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  StartedProgram program(kProgram, kLong + Arguments{"--output", run.string()});
  wait_for_answers(run, program);
  test::check_refused(kLong + Arguments{"--output", run.string()}, 6,
                      run.string() + ": is in use by process " + std::to_string(program.pid()));
  CHECK(program.runs());
  program.send(SIGKILL);
}

TEST_CASE("a folder that goes away ends the run with a line") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  StartedProgram program(kProgram, kLong + Arguments{"--output", run.string()});
  wait_for_answers(run, program);
  fs::remove_all(run);
  const auto result = program.wait();
  CHECK(result.code == 6);
  CHECK(contains(result.err, "was removed or replaced while the run went on"));
}

TEST_CASE("a run that was begun on another machine goes on when that is asked for") {
  const test::TemporaryFolder folder;
  const auto run = killed(folder.path() / "run");
  const auto kept = answers_in(run);
  ::setenv("MKL_DEBUG_CPU_TYPE", "5", 1);
  const auto job = kLong + Arguments{"--output", run.string()};
  test::check_refused(job, 6, "was begun on another machine: environment.MKL_DEBUG_CPU_TYPE");
  const auto result = test::smdm_eval(job + Arguments{"--resume-elsewhere"});
  ::unsetenv("MKL_DEBUG_CPU_TYPE");
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto own = results_in(run).at("smdm_eval");
  CHECK(own.at("bit_reproducible") == false);
  CHECK(own.at("answers_from_elsewhere") == kept);
}

TEST_CASE("journals that cannot be used are refused and left alone") {
  const test::TemporaryFolder folder;
  const auto run = killed(folder.path() / "run");
  const auto job = kLong + Arguments{"--output", run.string()};
  const auto file = run / "journal.sqlite";
  CHECK(answers_in(run) > 0);  // which also puts all of it into one file
  const auto good = test::read_file(file);
  test::write_file(file, good.substr(0, good.size() / 2));
  test::check_refused(job, 6, "is damaged, or no file of ours");
  test::write_file(file, "no journal at all, but a text that somebody has put here");
  test::check_refused(job, 6, "--fresh starts over without it");
  CHECK(contains(test::read_file(file), "no journal at all"));
  test::write_file(file, good);
  {
    Database database(file, Sharing::exclusive, "");
    database.execute("PRAGMA user_version = 99");
  }
  test::check_refused(job, 6, "of another version of smdm-eval");
  CHECK(test::smdm_eval(kLong + Arguments{"--limit", "4", "--fresh", "--output", run.string()})
            .code == 0);
}

TEST_CASE("a run that fails before its first answer leaves nothing behind") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const auto result =
      test::smdm_eval({"--task", "piqa", "--total-length", "0", "--output", run.string()});
  CHECK(result.code == 2);
  CHECK_FALSE(fs::exists(run));
  test::write_file(folder.path() / "file", "");
  test::check_refused({"--task", "piqa", "--output", (folder.path() / "file").string()}, 6, "file");
}

TEST_CASE("a journal that is wanted stays beside the files") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const Arguments job = {"--task", "piqa", "--limit", "3", "--output", run.string()};
  CHECK(test::smdm_eval(job + Arguments{"--keep-journal"}).code == 0);
  const auto names = names_in(run);
  REQUIRE(names.size() == 3);
  CHECK(std::ranges::any_of(names, [](const auto& name) { return name.starts_with("journal_"); }));
  const auto again = test::smdm_eval(job);
  CHECK(again.code == 0);
  CHECK(again.err.find("resuming") == std::string::npos);
}

TEST_CASE("requests and prompts go on beside their output file") {
  const test::TemporaryFolder folder;
  std::string requests;
  std::string prompts;
  for (int k = 0; k < 3000; ++k) {
    const auto n = std::to_string(k % 9);
    requests += R"({"id":)" + std::to_string(k) + R"(,"context_ids":[1,2,)" + n +
                R"(],"continuation_ids":[4,5,)" + std::to_string(k % 50) + "]}\n";
    prompts += R"({"id":)" + std::to_string(k) + R"(,"prompt_ids":[1,2,)" + n + "," +
               std::to_string(k % 50) + "]}\n";
  }
  test::write_file(folder.path() / "requests.jsonl", requests);
  test::write_file(folder.path() / "prompts.jsonl", prompts);
  const auto model = std::string(SMDM_SOURCE_DIR) + "/embedded/micro-gsm8k-mdm";
  for (const std::string job : {"requests", "prompts"}) {
    const Arguments arguments = {"--" + job,  (folder.path() / (job + ".jsonl")).string(),
                                 "--model",   model,
                                 "--threads", "1"};
    const auto more = job == "requests" ? Arguments{"--estimator", "mc", "--mc-samples", "256"}
                                        : Arguments{"--total-length", "24", "--steps", "8"};
    const auto whole = (folder.path() / (job + "-whole")).string();
    const auto out = (folder.path() / (job + "-out")).string();
    CHECK(test::smdm_eval(arguments + more + Arguments{"--output", whole}).code == 0);
    StartedProgram program(kProgram, arguments + more + Arguments{"--output", out});
    wait_for_journal(out + ".journal.sqlite", program);
    program.send(SIGTERM);
    const auto stopped = program.wait();
    INFO(stopped.err);
    REQUIRE(stopped.code == 128 + SIGTERM);
    CHECK_FALSE(fs::exists(out));
    const auto result = test::smdm_eval(arguments + more + Arguments{"--output", out});
    INFO(result.err);
    REQUIRE(result.code == 0);
    CHECK(contains(result.err, out + ": resuming: "));
    CHECK(test::read_file(out) == test::read_file(whole));
    CHECK_FALSE(fs::exists(out + ".journal.sqlite"));
    CHECK_FALSE(fs::exists(out + ".lock"));
    CHECK_FALSE(fs::exists(out + ".progress.json"));
  }
}

TEST_CASE("training that is stopped by a signal has a checkpoint to go on from") {
  const test::TemporaryFolder folder;
  test::write_job_inputs(folder.path());
  const auto run = folder.path() / "model";
  const Arguments job = {"train",        "--corpus",  (folder.path() / "corpus.jsonl").string(),
                         "--layers",     "2",         "--width",
                         "32",           "--heads",   "2",
                         "--vocabulary", "64",        "--context",
                         "16",           "--steps",   "100000",
                         "--output",     run.string()};
  StartedProgram program(kProgram, job);
  for (int k = 0; k < 3000 && program.runs() && !fs::exists(run / "log.jsonl"); ++k)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  program.send(SIGINT);
  const auto result = program.wait();
  INFO(result.err);
  CHECK(result.code == 128 + SIGINT);
  CHECK(contains(result.err, "stopped by SIGINT behind step "));
  CHECK(contains(result.err, "; go on with: smdm-eval train --corpus "));
  CHECK(contains(result.err, " --resume"));
  CHECK(fs::exists(run / "training_state.safetensors"));
}

}  // namespace smdm
