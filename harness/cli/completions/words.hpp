/// What can be typed behind the program's name, as plain values: shells' scripts are made from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace smdm::completions {

/// What may stand behind an option.
enum class Value : std::uint8_t {
  none,    ///< a flag
  number,  ///< something that a list cannot say
  file,    ///< a text: a path, for all that is known
  choice,  ///< one of a closed list
  list,    ///< several of a list, with commas between them
};

struct Option {
  std::vector<std::string> names;  ///< "--limit", "-L"; empty: it stands without a name
  std::string help;
  Value value = Value::none;
  std::vector<std::string> choices = {};
};

/// The program itself, a subcommand, or a subcommand's.
struct Command {
  std::string path;  ///< "leaderboard export"; empty: the program
  std::string help;
  std::vector<Option> options = {};
  std::vector<std::string> below = {};  ///< names of its subcommands
};

/// All commands, a subcommand behind the one that it belongs to.
using Words = std::vector<Command>;

/// The command of a path. REQUIRES: there is one
[[nodiscard]] const Command& command_at(const Words& words, const std::string& path);

/// "export" of "leaderboard export".
[[nodiscard]] std::string name_of(const Command& command);

/// "leaderboard export" from "leaderboard" and "export".
[[nodiscard]] std::string path_below(const Command& command, const std::string& name);

/// A text between single quotes, as bash and zsh read it.
[[nodiscard]] std::string shell_quoted(const std::string& text);

/// "a b c"
[[nodiscard]] std::string joined(const std::vector<std::string>& parts, const char* between = " ");

/// Scripts of completions (docs/cli.md): for bash and zsh to be sourced, for fish likewise.
[[nodiscard]] std::string bash_script(const Words& words);
[[nodiscard]] std::string zsh_script(const Words& words);
[[nodiscard]] std::string fish_script(const Words& words);

}  // namespace smdm::completions
