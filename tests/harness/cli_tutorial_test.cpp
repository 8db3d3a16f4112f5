// Every command of docs/tutorial.md, in its order and in one folder; and the baseline of the
// embedded models that tools/approve keeps.
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

struct TutorialCommand {
  std::string arguments;  ///< behind ./smdm-eval
  int code = 0;
};

/// The indented lines that start the program; "# exit code N" at the end of one says what it ends
/// with.
std::vector<TutorialCommand> commands_of(const std::string& text) {
  const std::string start = "    ./smdm-eval ";
  const std::string mark = "  # exit code ";
  std::vector<TutorialCommand> commands;
  for (const auto& line : test::lines_of(text)) {
    if (!line.starts_with(start)) continue;
    TutorialCommand command{.arguments = line.substr(start.size())};
    const auto comment = command.arguments.find(mark);
    if (comment != std::string::npos) {
      command.code = std::stoi(command.arguments.substr(comment + mark.size()));
      command.arguments.resize(comment);
    }
    commands.push_back(command);
  }
  return commands;
}

}  // namespace

TEST_CASE("the tutorial's commands do what it says") {
  const auto text = test::read_file(SMDM_SOURCE_DIR "/docs/tutorial.md");
  const auto commands = commands_of(text);
  REQUIRE(commands.size() >= 15);
  CHECK(test::contains(commands.front().arguments, "temporal_shift"));
  const test::TemporaryFolder folder;
  bool gate_failed = false;
  for (const auto& command : commands) {
    const auto line = "cd '" + folder.path().string() +
                      "' && '" SMDM_BINARY_DIR "/bin/smdm-eval' " + command.arguments;
    const auto result = test::run_command("/bin/sh", {"-c", line});
    INFO(command.arguments << "\n" << result.err << "\n" << result.out);
    REQUIRE(result.code == command.code);
    gate_failed = gate_failed || command.code == 8;
  }
  CHECK(gate_failed);
  CHECK(test::contains(test::read_file(folder.path() / "junit.xml"), "<failure"));
  CHECK(test::contains(test::read_file(folder.path() / "board" / "leaderboard.md"), "mbedded"));
  CHECK_FALSE(test::read_file(folder.path() / "changed.jsonl").empty());
}

TEST_CASE("both baselines are approved or none") {
  const test::TemporaryFolder folder;
  const auto root = folder.path();
  fs::create_directories(root / "tools");
  fs::copy_file(SMDM_SOURCE_DIR "/tools/approve", root / "tools" / "approve");
  fs::create_directories(root / "embedded");
  const auto baseline = [&](const std::string& kind) {
    return root / "embedded" / ("baseline-" + kind + ".json");
  };
  for (const char* kind : {"mdm", "arm"}) test::write_file(baseline(kind), "old");
  // Stands for the program: writes "new" as a baseline, and fails for what FAILS names.
  const auto program = root / "program";
  test::write_file(program,
                   "#!/bin/sh\ncase \"$*\" in *\"${FAILS:-nothing}\"*) exit 1 ;; esac\n"
                   "if [ \"$2\" = --make-baseline ]; then printf new > \"$3\"; fi\n");
  fs::permissions(program, fs::perms::owner_all);
  const auto approved = [&](const std::string& variable) {
    return test::run_command("/usr/bin/env", {variable, (root / "tools" / "approve").string(),
                                              "--program", program.string()});
  };
  CHECK(approved("FAILS=arm").code != 0);
  CHECK(test::read_file(baseline("mdm")) == "old");
  CHECK(approved("FAILS=nothing").code == 0);
  CHECK(test::read_file(baseline("mdm")) == "new");
  CHECK(test::read_file(baseline("arm")) == "new");
}

TEST_CASE("figures of estimators are approved unless they are worse, or even then if told so") {
  const test::TemporaryFolder folder;
  // Stands for the test program: writes down what it is told, and fails for what FAILS names.
  const auto program = folder.path() / "program";
  test::write_file(program,
                   "#!/bin/sh\nprintf '%s %s' \"$SMDM_APPROVE\" \"$*\" > told\n"
                   "[ \"$SMDM_APPROVE\" != \"$FAILS\" ]\n");
  fs::permissions(program, fs::perms::owner_all);
  const auto code_of = [&](const std::string& fails, const std::string& options) {
    const auto script = "cd '" + folder.path().string() + "' && FAILS=" + fails +
                        " '" SMDM_SOURCE_DIR "/tools/approve' --program program " + options;
    return test::run_command("/bin/sh", {"-c", script}).code;
  };
  const auto told = [&] { return test::read_file(folder.path() / "told"); };
  CHECK(code_of("nothing", "--estimators") == 0);
  CHECK(told() == "better [regenerate]");
  CHECK(code_of("nothing", "--estimators --worse") == 0);
  CHECK(told() == "worse [regenerate]");
  CHECK(code_of("check", "--estimators --worse --check") == 8);
  CHECK(told() == "check [regenerate]");
  CHECK(code_of("nothing", "--worse") == 2);
}

TEST_CASE("the embedded models score what was approved") {
  const auto result = test::run_command(SMDM_SOURCE_DIR "/tools/approve",
                                        {"--check", "--program", SMDM_BINARY_DIR "/bin/smdm-eval"});
  INFO(result.err << "\n" << result.out);
  CHECK(result.code == 0);
}

}  // namespace smdm
