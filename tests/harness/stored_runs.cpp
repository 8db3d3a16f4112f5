#include "tests/harness/stored_runs.hpp"

#include <chrono>
#include <cstdlib>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm::test {

namespace fs = std::filesystem;

void write_job_inputs(const fs::path& folder) {
  const auto write = [&](const char* name, const std::string& line) {
    write_file(folder / name, line + "\n");
  };
  write("requests.jsonl", R"({"id": 1, "context_ids": [1, 2], "continuation_ids": [3]})");
  write("prompts.jsonl", R"({"id": 1, "prompt_ids": [1, 2, 3]})");
  write("rescore.jsonl", R"({"id": 1, "generation": "#### 5", "reference": "5"})");
  write("corpus.jsonl", R"({"prompt_ids": [1], "answer_ids": [2, 3]})");
}

fs::path evaluated(const std::vector<std::string>& arguments, const fs::path& folder) {
  auto all = arguments;
  all.insert(all.end(), {"--output", folder.string()});
  const auto result = smdm_eval(all);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return folder;
}

fs::path file_in(const fs::path& folder, const std::string& start) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with(start)) return entry.path();
  }
  FAIL("no file " << start << " in " << folder.string());
  return {};
}

void edit(const fs::path& file, const std::string& from, const std::string& to) {
  auto text = read_file(file);
  const auto at = text.find(from);
  INFO(file.string() << " should have " << from);
  REQUIRE(at != std::string::npos);
  fs::remove(file);
  write_file(file, text.replace(at, from.size(), to));
}

fs::path copy_of(const fs::path& run, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(run, to, fs::copy_options::recursive);
  return to;
}

void check_refused(const std::vector<std::string>& arguments, int code, const std::string& text) {
  const auto result = smdm_eval(arguments);
  INFO(result.err);
  CHECK(result.code == code);
  CHECK(result.out.empty());
  REQUIRE_FALSE(lines_of(result.err).empty());
  CHECK(contains(lines_of(result.err).back(), "smdm-eval: error: "));
  CHECK(contains(lines_of(result.err).back(), text));
}

void wait_for_journal(const fs::path& journal, StartedProgram& program) {
  using std::this_thread::sleep_for;
  constexpr std::uintmax_t kTables = 8192;  // bytes
  constexpr std::uintmax_t kAnswers = 20'000;
  constexpr std::chrono::milliseconds kRuns(10);
  constexpr std::chrono::milliseconds kRests(60);
  const auto bytes = [](const fs::path& file) {
    std::error_code none;
    const auto size = fs::file_size(file, none);
    return none ? 0 : size;
  };
  while (bytes(journal) == 0 && program.runs()) sleep_for(kRuns);
  int times = 0;  // while the tables go from the log to the database, they are in both
  for (int k = 0; k < 3000 && program.pause(); ++k) {
    const bool holds = bytes(journal) > kTables && bytes(journal.string() + "-wal") > kAnswers;
    times = holds ? times + 1 : 0;
    if (times == 4) return;
    // Answers are kept after some time, not after so many: a fast machine would be through before.
    sleep_for(kRests);
    program.go_on();
    sleep_for(kRuns);
  }
  FAIL("no answers came: " << program.err());
}

void check_report(const std::string& kind, const fs::path& path) {
  const char* python = std::getenv("SMDM_PYTHON");
  if (python == nullptr) {
    skip("no Python with jsonschema to read the files back (./run-tests --with-python)");
    return;
  }
  const auto script = fs::path(SMDM_SOURCE_DIR) / "tests" / "python" / "check_reports.py";
  const auto result = run_command(python, {script.string(), kind, path.string()});
  INFO(result.err);
  CHECK(result.code == 0);
}

}  // namespace smdm::test
