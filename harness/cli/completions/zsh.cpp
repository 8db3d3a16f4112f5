// For zsh, by its own _arguments: a function for each command, which hands over to those below it.
#include "harness/cli/completions/words.hpp"

namespace smdm::completions {
namespace {

/// Within a specification some characters end a part of it.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string function_of(const std::string& path) {
  std::string name = "_smdm_eval";
  if (!path.empty()) name += "__";
  for (const char c : path) name += c == ' ' || c == '-' ? '_' : c;
  return name;
}

/// What completes a value.
std::string action_of(const Option& option) {
  switch (option.value) {
    case Value::choice:
      return "(" + joined(option.choices) + ")";
    case Value::list:
      return "_values -s , value " + joined(option.choices);
    case Value::file:
      return "_files";
    case Value::number:
      return " ";
    case Value::none:
      break;
  }
  return "";
}

/// One specification for each name; the names exclude each other.
std::string specifications(const Option& option) {
  std::string text;
  for (const auto& name : option.names) {
    std::string one = "(" + joined(option.names) + ")" + name;
    if (option.value != Value::none && name.starts_with("--")) one += '=';
    one += "[" + escaped(option.help) + "]";
    if (option.value != Value::none) one += ":value:" + action_of(option);
    text += "    " + shell_quoted(one) + " \\\n";
  }
  if (option.names.empty()) text += "    " + shell_quoted("*:value:" + action_of(option)) + " \\\n";
  return text;
}

std::string described(const Words& words, const Command& command) {
  std::string text;
  for (const auto& name : command.below) {
    const auto& below = command_at(words, path_below(command, name));
    text += "      " + shell_quoted(escaped(name) + ":" + escaped(below.help)) + "\n";
  }
  return text;
}

std::string function_text(const Words& words, const Command& command) {
  std::string text = function_of(command.path) + "() {\n";
  if (!command.below.empty()) text += "  local curcontext=\"$curcontext\" state line\n";
  text += command.below.empty() ? "  _arguments -s \\\n" : "  _arguments -C -s \\\n";
  for (const auto& option : command.options) text += specifications(option);
  if (command.below.empty()) return text + "    && return\n}\n\n";
  text += "    '1: :->command' \\\n    '*:: :->below' && return\n  case $state in\n    command)\n";
  text += "      local -a commands\n      commands=(\n" + described(words, command) +
          "      )\n      _describe command commands ;;\n    below)\n      case $line[1] in\n";
  for (const auto& name : command.below) {
    text += "        " + name + ") " + function_of(path_below(command, name)) + " ;;\n";
  }
  return text + "      esac ;;\n  esac\n}\n\n";
}

}  // namespace

std::string zsh_script(const Words& words) {
  std::string text =
      "#compdef smdm-eval\n"
      "# Completions of smdm-eval for zsh; made by: smdm-eval completions zsh\n\n";
  for (const auto& command : words) text += function_text(words, command);
  return text +
         "if [[ $funcstack[1] == _smdm_eval ]]; then\n"  // loaded by name from $fpath
         "  _smdm_eval \"$@\"\n"
         "else\n"
         "  compdef _smdm_eval smdm-eval\n"
         "fi\n";
}

}  // namespace smdm::completions
