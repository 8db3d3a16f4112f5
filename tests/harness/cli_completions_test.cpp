// Completions in a real bash, and the scripts of the other shells read by those shells where they
// are installed.
#include <cstdlib>
#include <filesystem>

#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Words = std::vector<std::string>;

std::string script_of(const std::string& shell) {
  const auto result = test::smdm_eval({"completions", shell});
  REQUIRE(result.code == 0);
  CHECK(result.err.empty());
  return result.out;
}

/// What bash offers behind words, the last of which is being typed.
Words offered(const test::TemporaryFolder& folder, const Words& words) {
  const auto script = folder.path() / "bash";
  test::write_file(script, script_of("bash"));
  // "$@" is the words; the function is what `complete` would call.
  const std::string run =
      "source \"$0\"; cd \"$(dirname \"$0\")\"; COMP_WORDS=(smdm-eval \"$@\"); "
      "COMP_CWORD=$#; _smdm_eval; printf '%s\\n' \"${COMPREPLY[@]}\"";
  std::vector<std::string> arguments = {"--norc", "-c", run, script.string()};
  arguments.insert(arguments.end(), words.begin(), words.end());
  const auto result = test::run_command("bash", arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.err.empty());
  return test::lines_of(result.out);
}

/// Whether a shell reads its script without running it; where it is not installed it says so.
void check_syntax(const std::string& shell, const Words& options) {
  if (test::run_command("sh", {"-c", "command -v " + shell}).code != 0)
    return test::skip(shell + " is not installed");
  const test::TemporaryFolder folder;
  const auto script = folder.path() / "script";
  test::write_file(script, script_of(shell));
  auto arguments = options;
  arguments.push_back(script.string());
  const auto result = test::run_command(shell, arguments);
  INFO(result.err);
  CHECK(result.code == 0);
}

}  // namespace

TEST_CASE("bash completes subcommands, options, closed choices and lists") {
  const test::TemporaryFolder folder;
  CHECK(offered(folder, {"leader"}) == Words{"leaderboard"});
  CHECK(offered(folder, {"leaderboard", ""}) == Words{"export", "list"});
  CHECK(offered(folder, {"leaderboard", "list", "--js"}) == Words{"--json"});
  CHECK(offered(folder, {"--mc-sam"}) == Words{"--mc-samples"});
  CHECK(offered(folder, {"export", "--to", ""}) == Words{"every-eval-ever", "lm-eval"});
  CHECK(offered(folder, {"--task", "pi"}) == Words{"piqa"});
  CHECK(offered(folder, {"--task", "piqa,bo"}) == Words{"piqa,boolq"});
  CHECK(offered(folder, {"completions", "z"}) == Words{"zsh"});
  CHECK(offered(folder, {"--limit", ""}).empty());
}

TEST_CASE("bash completes behind an equals sign, and takes no value for a subcommand") {
  const test::TemporaryFolder folder;
  CHECK(offered(folder, {"--backend", "=", "a"}) == Words{"arm"});
  CHECK(offered(folder, {"--backend", "="}) == Words{"mdm", "arm"});
  CHECK(offered(folder, {"--output", "compare", "--mc-sam"}) == Words{"--mc-samples"});
  CHECK(offered(folder, {"--output", "=", "compare", "--mc-sam"}) == Words{"--mc-samples"});
}

TEST_CASE("bash completes paths where a text is wanted") {
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "run one", "");
  CHECK(offered(folder, {"compare", "ru"}) == Words{"run one"});
  CHECK(offered(folder, {"--model", "ru"}) == Words{"run one"});
}

TEST_CASE("every shell's script names every subcommand and options of each kind") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto script = script_of(shell);
    for (const char* word : {"leaderboard", "tradeoff", "completions", "estimators", "hellaswag",
                             "every-eval-ever", "relationship", "prune"})
      CHECK(contains(script, word));
  }
}

TEST_CASE("zsh reads its script") {
  check_syntax("zsh", {"-f", "-n"});
}

TEST_CASE("fish reads its script") {
  check_syntax("fish", {"--no-config", "--no-execute"});
}

}  // namespace smdm
