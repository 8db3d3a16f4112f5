/// `smdm-eval completions bash|zsh|fish`: scripts by which shells complete what is typed
/// (docs/cli.md), made from the options themselves.
#pragma once

#include <string>

#include "harness/cli/completions/words.hpp"

namespace CLI {
class App;
}

namespace smdm {

struct CompletionsSettings {
  std::string shell;
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_completions(CLI::App& app, CompletionsSettings& settings);

/// What can be typed: every option and subcommand of the app, with its choices.
/// @param app  with all subcommands added
[[nodiscard]] completions::Words completion_words(const CLI::App& app);

/// Prints the script.
void run_completions(const CLI::App& app, const CompletionsSettings& settings);

}  // namespace smdm
