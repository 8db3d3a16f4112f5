// The two programs of smdm-eval: the one that is started links no LibTorch and does what needs no
// model; for anything else it becomes the one that lies beside it.
#include <filesystem>

#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

namespace fs = std::filesystem;

constexpr const char* kProgram = SMDM_BINARY_DIR "/bin/smdm-eval";
constexpr const char* kEngine = SMDM_BINARY_DIR "/bin/smdm-eval-engine";

/// A line of the shell, with the program as $1.
test::CommandResult in_shell(const std::string& line, const std::string& program = kProgram) {
  return test::run_command("/bin/sh", {"-c", line, "sh", program});
}

/// The libraries that the dynamic linker loads before a program begins.
std::string libraries_of(const std::string& program) {
  return in_shell("LD_TRACE_LOADED_OBJECTS=1 \"$1\"", program).out;
}

/// The program alone in a folder: without the engine beside it.
std::string copy_into(const fs::path& folder) {
  fs::copy_file(kProgram, folder / "smdm-eval");
  return (folder / "smdm-eval").string();
}

/// Puts a script of the shell where the engine belongs.
void write_engine(const fs::path& folder, const std::string& script) {
  const auto engine = folder / "smdm-eval-engine";
  test::write_file(engine, "#!/bin/sh\n" + script);
  fs::permissions(engine, fs::perms::owner_all);
}

}  // namespace

TEST_CASE("the program that is started links no LibTorch") {
  const auto libraries = libraries_of(kProgram);
  CHECK(contains(libraries, "libstdc++"));
  CHECK(!contains(libraries, "libtorch"));
  CHECK(!contains(libraries, "libc10"));
  CHECK(contains(libraries_of(kEngine), "libc10"));
}

TEST_CASE("what needs no model is done without the engine") {
  const test::TemporaryFolder folder;
  const auto program = copy_into(folder.path());
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--list-tasks"}, {"--version"}, {"--help"}, {"train", "--help"}}) {
    const auto alone = test::run_command(program, arguments);
    CHECK(alone.code == 0);
    CHECK(alone.err.empty());
    CHECK(!alone.out.empty());
    CHECK(alone.out == test::run_command(kEngine, arguments).out);
  }
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"--mc-sampels", "3"},
                                                    {"compare", "nowhere", "nothing"},
                                                    {"train", "--corpus", "c", "--output", "o"},
                                                    {"bench", "--dtype", "f64"}}) {
    const auto alone = test::run_command(program, arguments);
    const auto engine = test::run_command(kEngine, arguments);
    CHECK(alone.code == engine.code);
    CHECK(alone.code > 1);
    CHECK(alone.err == engine.err);
    CHECK(alone.out.empty());
  }
}

TEST_CASE("without the engine, work with a model says what is missing") {
  const test::TemporaryFolder folder;
  const auto program = copy_into(folder.path());
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--task", "gsm8k"},
        {"bench", "--train"},
        {"--prompts", "p.jsonl"},
        {"train", "--corpus", "c", "--output", "o", "--steps", "1"}}) {
    const auto result = test::run_command(program, arguments);
    CHECK(result.code == 1);
    CHECK(result.out.empty());
    CHECK(contains(result.err, (fs::canonical(folder.path()) / "smdm-eval-engine").string()));
    CHECK(test::lines_of(result.err).size() == 1);
  }
}

TEST_CASE("the engine is the same process, with the same arguments and descriptors") {
  const test::TemporaryFolder folder;
  const auto program = copy_into(folder.path());
  write_engine(
      folder.path(),
      "echo $$; for argument; do echo \"[$argument]\"; done; cat; echo third >&3; exit 42");
  const auto result = in_shell(
      "echo $$; echo input | { sh -c 'echo $$; exec \"$0\" --task gsm8k --limit 1 --output \"a  "
      "b\"' "
      "\"$1\" 3>&1; echo \"code $?\"; }",
      program);
  const auto lines = test::lines_of(result.out);
  REQUIRE(lines.size() == 12);
  CHECK(lines[1] == lines[2]);
  CHECK(std::vector(lines.begin() + 3, lines.end()) ==
        std::vector<std::string>{"[--task]", "[gsm8k]", "[--limit]", "[1]", "[--output]", "[a  b]",
                                 "input", "third", "code 42"});
  CHECK(result.err.empty());
}

TEST_CASE("output that cannot be written is an error of everything that prints") {
  for (const char* arguments :
       {"--help", "--version", "--list-tasks", "compare --help", "train --help", "bench --help",
        "microworld --help", "leaderboard --help", "leaderboard export --help"}) {
    const auto result = in_shell(std::string("\"$1\" ") + arguments + " >/dev/full");
    INFO(arguments);
    CHECK(result.code == 1);
    CHECK(contains(result.err, "standard output cannot be written"));
  }
}

TEST_CASE("a configuration file that is a pipe is left to the engine, which alone reads it") {
  const auto listed = test::smdm_eval({"--list-tasks"});
  for (const std::string option : {"--config /dev/stdin", "--config=/dev/stdin"}) {
    const auto result = in_shell("echo 'list-tasks=true' | \"$1\" " + option);
    CHECK(result.code == 0);
    CHECK(result.out == listed.out);
    const auto work = in_shell("echo 'task=\"no_such_task\"' | \"$1\" " + option);
    CHECK(work.code == 2);
    CHECK(contains(work.err, "no_such_task"));
  }
}

TEST_CASE("a working folder that is gone, or whose name is too long") {
  const test::TemporaryFolder folder;
  const auto in = [&](const std::string& way, const std::string& arguments) {
    return in_shell("cd " + folder.path().string() + " && " + way + " && \"$1\" " + arguments);
  };
  const std::string gone = "mkdir gone && cd gone && rmdir ../gone";
  const std::string deep =
      "name=$(printf %0200d 0) && for i in 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1; do "
      "mkdir -p $name && cd -P $name || exit 99; done";
  for (const auto& way : {gone, deep}) {
    INFO(way);
    for (const char* arguments : {"--version", "--list-tasks", "compare --help"})
      CHECK(in(way, arguments).code == 0);
    const auto work = in(way, "--task gsm8k --limit 1");
    INFO(work.err);
    CHECK(work.code == 1);
    CHECK(work.out.empty());
    CHECK(contains(work.err, "smdm-eval: error: wanted a working folder with a name"));
    CHECK(test::lines_of(work.err).size() == 1);
  }
}

TEST_CASE("files beyond the limit of their size are refused as a full disk is") {
  const test::TemporaryFolder folder;
  std::string lines;
  for (int i = 0; i < 2000; ++i)
    lines +=
        R"({"id": )" + std::to_string(i) + R"(, "generation": "#### 5", "reference": "5"})" + "\n";
  test::write_file(folder.path() / "in", lines);
  const std::string enter = "cd " + folder.path().string() + "; ulimit -f 8; ";
  for (const char* arguments :
       {"--rescore in --task gsm8k --output out", "--task gsm8k --limit 20 --output run",
        "microworld --output world"}) {
    const auto result = in_shell(enter + "\"$1\" " + arguments);
    INFO(result.err);
    CHECK(result.code == 6);
    CHECK(contains(result.err, "File too large"));
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
    CHECK((entry.is_directory() || entry.path().filename() == "in"));
}

}  // namespace smdm
