// lm-evaluation-harness 0.4.4's own code reads what the writer wrote
// and writes the same itself
// (tests/python/read_results.py, tests/python/evaluate_again.py).
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

#include "results/run/writer.hpp"
#include "results/show/table.hpp"
#include "results/statistics/statistics.hpp"
#include "tests/results/sample_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

/// Runs a script of tests/python, whose words go to this test's output. @return its exit code
int run_script(const char* python,
               const std::string& name,
               const std::vector<std::string>& arguments) {
  const auto script = (fs::path(SMDM_SOURCE_DIR) / "tests" / "python" / name).string();
  std::vector<char*> words = {const_cast<char*>(python), const_cast<char*>(script.c_str())};
  for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    execv(python, words.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("lm-eval's readers load a run and find the values that were written") {
  const char* python = std::getenv("SMDM_PYTHON");
  if (python == nullptr) {
    test::skip(
        "SMDM_PYTHON is not set (./run-tests --with-python sets it): lm-eval 0.4.4 is not here");
    return;
  }
  const test::TemporaryFolder folder;
  const auto run = test::sample_run();
  const auto summaries = summarize(run);
  write_run(folder.path() / "run", run, summaries);
  test::write_file(folder.path() / "table.md", results_table(run, summaries));
  CHECK(run_script(python, "read_results.py",
                   {(folder.path() / "run").string(), "--table",
                    (folder.path() / "table.md").string()}) == 0);

  // lm-eval's own tasks, metrics and writer, given the scores of piqa and lambada_standard.
  CHECK(run_script(python, "evaluate_again.py", {(folder.path() / "run").string()}) == 0);

  // The scripts are no formality: a changed score is found.
  for (const auto& entry : fs::directory_iterator(folder.path() / "run")) {
    if (!entry.path().filename().string().starts_with("results_")) continue;
    auto text = test::read_file(entry.path());
    const std::string score = "\"acc,none\": 0.6666666666666666";
    REQUIRE(text.find(score) != std::string::npos);
    text.replace(text.find(score), score.size(), "\"acc,none\": 0.6666666666666");
    test::write_file(entry.path(), text);
  }
  CHECK(run_script(python, "read_results.py", {(folder.path() / "run").string()}) == 1);
}

}  // namespace smdm
