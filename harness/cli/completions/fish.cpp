// For fish: one line for each option of each command. A function says which command the words so
// far have led to; the values of options are passed over.
#include "harness/cli/completions/words.hpp"

namespace smdm::completions {
namespace {

/// Between single quotes fish knows \\ and \' alone.
std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string value_of(const Option& option) {
  switch (option.value) {
    case Value::none:
      return "";
    case Value::number:
      return " -x";
    case Value::file:
      return " -r -F";
    case Value::choice:
      return " -x -a " + fish_quoted(joined(option.choices));
    case Value::list:
      return " -x -a " + fish_quoted("(__fish_append , " + joined(option.choices) + ")");
  }
  return "";
}

std::string condition(const std::string& path) {
  return " -n " + fish_quoted("__smdm_eval_at " + fish_quoted(path));
}

std::string option_line(const Command& command, const Option& option) {
  std::string names;
  for (const auto& name : option.names) {
    const bool is_long = name.starts_with("--");
    names += (is_long ? " -l " : " -s ") + name.substr(is_long ? 2 : 1);
  }
  const auto about = option.help.empty() ? "" : " -d " + fish_quoted(option.help);
  return "complete -c smdm-eval" + condition(command.path) + names + value_of(option) + about +
         "\n";
}

/// Options of a command that take a value: the word behind them is none of the command's.
std::string valued(const Command& command) {
  std::vector<std::string> names;
  for (const auto& option : command.options) {
    if (option.value == Value::none) continue;
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return joined(names);
}

std::string path_function(const Words& words) {
  std::string text =
      "function __smdm_eval_at\n"
      "  set -l at ''\n"
      "  set -l skip 0\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    if test $skip = 1\n"
      "      set skip 0\n"
      "      continue\n"
      "    end\n"
      "    set -l valued\n"
      "    set -l below\n"
      "    switch $at\n";
  for (const auto& command : words) {
    text += "      case " + fish_quoted(command.path) + "\n        set valued " + valued(command) +
            "\n        set below " + joined(command.below) + "\n";
  }
  return text +
         "    end\n"
         "    if contains -- $word $valued\n"
         "      set skip 1\n"
         "    else if contains -- $word $below\n"
         "      set at (string trim \"$at $word\")\n"
         "    end\n"
         "  end\n"
         "  test \"$at\" = \"$argv[1]\"\n"
         "end\n\n";
}

}  // namespace

std::string fish_script(const Words& words) {
  std::string text =
      "# Completions of smdm-eval for fish; made by: smdm-eval completions fish\n\n" +
      path_function(words) + "complete -c smdm-eval -f\n";
  for (const auto& command : words) {
    for (const auto& name : command.below) {
      const auto& below = command_at(words, path_below(command, name));
      text += "complete -c smdm-eval" + condition(command.path) + " -a " + fish_quoted(name) +
              " -d " + fish_quoted(below.help) + "\n";
    }
    for (const auto& option : command.options) text += option_line(command, option);
  }
  return text;
}

}  // namespace smdm::completions
