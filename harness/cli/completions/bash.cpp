// For bash 4 and newer, without the package bash-completion. One function says what stands behind
// an option of a command, and another walks over the words that are there: values are passed over,
// so that a file called "bench" is no subcommand. Bash takes '=' for a word of its own.
#include "harness/cli/completions/words.hpp"

namespace smdm::completions {
namespace {

const char* kind_of(Value value) {
  switch (value) {
    case Value::none:
      return "flag";
    case Value::number:
      return "number";
    case Value::file:
      return "file";
    case Value::choice:
      return "choice";
    case Value::list:
      return "list";
  }
  return "";
}

std::string value_case(const Command& command, const Option& option) {
  std::vector<std::string> patterns;
  patterns.reserve(option.names.size());
  for (const auto& name : option.names) patterns.push_back(shell_quoted(command.path + ":" + name));
  auto text = "    " + joined(patterns, " | ") + ") kind=" + kind_of(option.value);
  if (!option.choices.empty()) text += " choices=" + shell_quoted(joined(option.choices));
  return text + " ;;\n";
}

/// _smdm_eval_value COMMAND OPTION: sets kind and choices, to nothing where OPTION is none.
std::string value_function(const Words& words) {
  std::string text = "_smdm_eval_value() {\n  kind= choices=\n  case \"$1:$2\" in\n";
  for (const auto& command : words) {
    for (const auto& option : command.options) {
      if (!option.names.empty()) text += value_case(command, option);
    }
  }
  return text + "  esac\n}\n\n";
}

/// _smdm_eval_words COMMAND: sets options, below, and what stands without an option's name.
std::string words_function(const Words& words) {
  std::string text = "_smdm_eval_words() {\n  options= below= kind= choices=\n  case \"$1\" in\n";
  for (const auto& command : words) {
    std::vector<std::string> names;
    std::string bare;
    for (const auto& option : command.options) {
      names.insert(names.end(), option.names.begin(), option.names.end());
      if (!option.names.empty()) continue;
      bare = std::string(" kind=") + kind_of(option.value);
      if (!option.choices.empty()) bare += " choices=" + shell_quoted(joined(option.choices));
    }
    text += "    " + shell_quoted(command.path) + ") options=" + shell_quoted(joined(names)) +
            " below=" + shell_quoted(joined(command.below)) + bare + " ;;\n";
  }
  return text + "  esac\n}\n\n";
}

constexpr const char* kMain = R"(_smdm_eval_reply() {
  local before=
  case $kind in
    choice) mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current") ;;
    list)
      [[ $current == *,* ]] && before=${current%,*},
      mapfile -t COMPREPLY < <(compgen -P "$before" -W "$choices" -- "${current##*,}")
      compopt -o nospace 2>/dev/null ;;
    file)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      compopt -o filenames 2>/dev/null ;;
  esac
}

_smdm_eval() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command= kind= choices= options= below= word i
  COMPREPLY=()
  if [[ $current == '=' ]]; then
    current=
  elif [[ $previous == '=' ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    _smdm_eval_value "$command" "$word"
    if [[ -n $kind ]]; then
      [[ $kind == flag ]] && continue
      [[ ${COMP_WORDS[i + 1]} == '=' ]] && ((++i))
      ((++i))
      continue
    fi
    _smdm_eval_words "$command"
    [[ " $below " == *" $word "* ]] && command=${command:+$command }$word
  done
  _smdm_eval_value "$command" "$previous"
  if [[ -n $kind && $kind != flag ]]; then
    _smdm_eval_reply
    return
  fi
  _smdm_eval_words "$command"
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  elif [[ -n $below ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$below" -- "$current")
  else
    _smdm_eval_reply
  fi
}

complete -F _smdm_eval smdm-eval ./smdm-eval
)";

}  // namespace

std::string bash_script(const Words& words) {
  return "# Completions of smdm-eval for bash; made by: smdm-eval completions bash\n\n" +
         value_function(words) + words_function(words) + kMain;
}

}  // namespace smdm::completions
