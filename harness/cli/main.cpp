// The program that users start. It reads the command line and does what needs no model; it links no
// LibTorch, whose libraries take most of the time of a start. For anything with a model it becomes
// smdm-eval-engine, which lies beside it, reads the same command line again and does everything;
// for `judge` it becomes smdm-eval-judge, which links libcurl.
#include <iostream>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "harness/cli/become.hpp"
#include "harness/cli/command_line.hpp"
#include "harness/cli/last_words.hpp"

namespace smdm {
namespace {

/// Whether the configuration file is a pipe, which gives its text only once: the engine has to have
/// it, whatever the job.
bool config_is_pipe(std::span<const char* const> arguments) {
  constexpr std::string_view kOption = "--config";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    std::string_view file;
    if (argument == kOption && i + 1 < arguments.size()) {
      file = arguments[i + 1];
    } else if (argument.starts_with(kOption) && argument.substr(kOption.size()).starts_with('=')) {
      file = argument.substr(kOption.size() + 1);
    }
    if (look_at(file).standing == Standing::other) return true;
  }
  return false;
}

int run_program(int argc, char** argv) {
  const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
  const auto engine = [argv](const auto&...) { become(kEngine, argv); };
  const auto judge = [argv](const JudgeSettings&) { become(kJudgeProgram, argv); };
  if (config_is_pipe(arguments)) {
    try {
      engine();
    } catch (const Error& error) {
      std::cerr << error_line(error);
      return exit_code(error);
    }
  }
  return run_command_line(arguments, {.tasks = engine,
                                      .requests = engine,
                                      .prompts = engine,
                                      .bench = engine,
                                      .describe = engine,
                                      .tradeoff = engine,
                                      .train = engine,
                                      .scaling_plan = engine,
                                      .judge = judge});
}

}  // namespace
}  // namespace smdm

int main(int argc, char** argv) {
  return smdm::run_program(argc, argv);
}
