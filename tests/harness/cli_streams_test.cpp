// Standard streams: closed at the start, full, or asked for by a name of the system.
#include <filesystem>

#include "tests/harness/stored_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

using test::contains;

constexpr const char* kProgram = SMDM_BINARY_DIR "/bin/smdm-eval";
constexpr const char* kEngine = SMDM_BINARY_DIR "/bin/smdm-eval-engine";

/// A folder with an input for every job, in which lines of the shell run.
class Shell {
 public:
  Shell() {
    test::write_job_inputs(folder_.path());
    const std::string mdm = (test::golden() / "mdm-tiny.safetensors").string();
    jobs_ = {"--requests requests.jsonl --model " + mdm,
             "--prompts prompts.jsonl --total-length 8 --steps 2 --model " + mdm,
             "--rescore rescore.jsonl --task gsm8k"};
  }

  test::CommandResult operator()(const std::string& line) const {
    return test::run_command(
        "/bin/sh", {"-c", R"(cd "$1"; ev=$2; )" + line, "sh", folder_.path().string(), program});
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    return test::read_file(folder_.path() / name);
  }
  [[nodiscard]] bool has(const std::string& name) const {
    return fs::exists(folder_.path() / name);
  }
  [[nodiscard]] const std::vector<std::string>& jobs() const { return jobs_; }

  std::string program = kProgram;

 private:
  test::TemporaryFolder folder_;
  std::vector<std::string> jobs_;
};

}  // namespace

TEST_CASE("a standard stream that is closed lends its place to no file") {
  Shell shell;
  for (const char* program : {kProgram, kEngine}) {
    shell.program = program;
    for (std::size_t i = 0; i < shell.jobs().size(); ++i) {
      INFO(shell.jobs()[i]);
      const auto wanted = shell("\"$ev\" " + shell.jobs()[i]).out;
      REQUIRE_FALSE(wanted.empty());
      for (const char* closed : {"<&-", ">&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"}) {
        INFO(closed);
        const auto done = shell("rm -f o; \"$ev\" " + shell.jobs()[i] + " --output o " + closed);
        CHECK(done.code == 0);
        CHECK(shell.file("o") == wanted);
        CHECK(done.out.empty());
      }
      const auto lost = shell("\"$ev\" " + shell.jobs()[i] + " >&-");
      CHECK(lost.code == 6);
      CHECK(contains(lost.err, "cannot write standard output: Bad file descriptor"));
    }
  }
}

TEST_CASE("what a closed standard stream is used for fails") {
  const Shell shell;
  CHECK(shell("\"$ev\" --list-tasks >&-").code == 1);
  CHECK(shell("\"$ev\" --list-tasks 2>&-").code == 0);
  const auto closed = shell("\"$ev\" --rescore /dev/stdin --task gsm8k <&-");
  CHECK(closed.code == 3);
  CHECK(contains(closed.err, "wanted to read /dev/stdin, got: Bad file descriptor"));
  CHECK(shell("\"$ev\" --config /dev/stdin --list-tasks <&-").code == 2);
  CHECK(shell("\"$ev\" --config /dev/stdout --list-tasks >&-").code == 2);
  CHECK(shell("\"$ev\" --config /dev/stderr --list-tasks 2>&-").code == 2);
  for (const char* name : {"/dev/stdin", "/dev/fd/0"}) {
    const auto written = shell("\"$ev\" " + shell.jobs()[2] + " --output " + name + " <&-");
    CHECK(written.code == 6);
    CHECK(contains(written.err, "Bad file descriptor"));
  }
}

TEST_CASE("the launcher holds closed streams as well") {
  Shell shell;
  shell.program = SMDM_SOURCE_DIR "/smdm-eval";
  // The launcher would build the tree it stands in: its first lines are run, and then a program.
  const auto result = shell(
      R"(sed '/^root=/,$d' "$ev" > start
      echo 'exec 9> opened; readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 > held' >> start
      bash start <&- >&- 2>&-)");
  CHECK(result.code == 0);
  CHECK(shell.file("held") == "/dev/null\n/dev/null\n/dev/null\n");
}

TEST_CASE("an output is never another file that the program has open") {
  const Shell shell;
  shell("\"$ev\" --task gsm8k --limit 1 --steps 2 --output run");
  const auto board = shell(
      "mkdir board; ln -s /dev/fd/4 board/leaderboard.md; \"$ev\" leaderboard export run --output "
      "board");
  CHECK(board.code == 6);
  CHECK(contains(board.err, "Bad file descriptor"));
  CHECK(test::lines_of(board.err).size() == 1);
  CHECK_FALSE(shell.has("board/leaderboard.csv"));
}

TEST_CASE("an error is one line, also where standard output is lost as well") {
  const Shell shell;
  shell(
      "\"$ev\" --task gsm8k --limit 4 --output run; "
      "\"$ev\" --task gsm8k --limit 4 --steps 1 --output other");
  const auto lost = shell("\"$ev\" compare run other --changed /dev/stdout > /dev/full");
  CHECK(lost.code == 6);
  CHECK(test::lines_of(lost.err).back().starts_with("smdm-eval: error: cannot write /dev/stdout"));
}

TEST_CASE("names of standard output mean standard output, whatever it is") {
  const Shell shell;
  const auto wanted = shell("\"$ev\" " + shell.jobs()[2]).out;
  for (const char* name : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
    INFO(name);
    const auto call = "\"$ev\" " + shell.jobs()[2] + " --output " + name;
    CHECK(shell(call).out == wanted);
    CHECK(shell(call + " | cat").out == wanted);
    const auto appended = shell("echo first > file; " + call + " >> file; cat file");
    CHECK(appended.out == "first\n" + wanted);
    CHECK(shell(call + " > /dev/full").code == 6);
  }
}

}  // namespace smdm
