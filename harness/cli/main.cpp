// The program that users start. It reads the command line and does what needs no model; it links no
// LibTorch, whose libraries take most of the time of a start. For anything with a model it becomes
// smdm-eval-engine, which lies beside it, reads the same command line again and does everything.
#include <cerrno>
#include <iostream>
#include <span>
#include <string_view>

#include <unistd.h>

#include "base/error.hpp"
#include "base/files/descriptor.hpp"
#include "base/files/paths.hpp"
#include "harness/cli/command_line.hpp"
#include "harness/cli/last_words.hpp"

namespace smdm {
namespace {

/// The same process goes on as the engine: arguments, environment and descriptors stay.
/// @throws Error(failure)  if there is no such program
[[noreturn]] void become_engine(char* const* argv) {
  require_working_folder();
  const auto engine = running_program().parent_path() / "smdm-eval-engine";
  // The engine lies beside this very program, and the arguments are the user's own.
  ::execv(engine.c_str(), argv);  // NOLINT(clang-analyzer-optin.taint.GenericTaint)
  throw Error(ErrorKind::failure,
              because("wanted the program that computes, which lies beside smdm-eval, in " +
                          engine.string(),
                      errno));
}

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
  const auto engine = [argv](const auto&...) { become_engine(argv); };
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
                                      .train = engine});
}

}  // namespace
}  // namespace smdm

int main(int argc, char** argv) {
  return smdm::run_program(argc, argv);
}
