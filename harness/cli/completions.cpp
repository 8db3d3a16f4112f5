// The words come out of CLI11's app. A closed list of values is the description of its check,
// "{a,b}", as one_of() writes it; names of tasks are no such list, since they are looked up with
// groups and embedded ones, and come from the catalogue.
#include "harness/cli/completions.hpp"

#include <array>
#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "harness/cli/values.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm {
namespace {

using completions::Command;
using completions::Option;
using completions::Value;
using completions::Words;

struct Shell {
  const char* name;
  std::string (*script)(const Words& words);
};

constexpr std::array kShells = {Shell{.name = "bash", .script = completions::bash_script},
                                Shell{.name = "zsh", .script = completions::zsh_script},
                                Shell{.name = "fish", .script = completions::fish_script}};

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const auto& task : all_tasks()) names.push_back(info(task).name);
  for (const auto& group : all_task_groups()) names.push_back(group.name);
  return names;
}

/// The choices within "TEXT:{a,b}"; none where there are no braces.
std::vector<std::string> listed(const std::string& type) {
  std::vector<std::string> choices;
  const auto begin = type.find('{');
  if (begin == std::string::npos) return choices;
  std::istringstream list(type.substr(begin + 1, type.find('}', begin) - begin - 1));
  for (std::string one; std::getline(list, one, ',');) choices.push_back(one);
  return choices;
}

Option option_of(const CLI::Option& option) {
  Option one{.names = {}, .help = option.get_description()};
  for (const auto& name : option.get_lnames()) one.names.push_back("--" + name);
  for (const auto& name : option.get_snames()) one.names.push_back("-" + name);
  if (option.get_items_expected_max() == 0) return one;
  const auto type = option.get_type_name();
  const bool is_list = option.get_delimiter() != '\0';
  one.choices = option.check_lname("task") ? task_names() : listed(type);
  if (!one.choices.empty()) {
    one.value = is_list ? Value::list : Value::choice;
  } else {
    one.value = type.starts_with("TEXT") ? Value::file : Value::number;
  }
  return one;
}

void add_command(const CLI::App& app, const std::string& path, Words& words) {
  Command command{.path = path, .help = app.get_description()};
  for (const auto* option : app.get_options()) command.options.push_back(option_of(*option));
  const auto below = app.get_subcommands(nullptr);
  for (const auto* one : below) command.below.push_back(one->get_name());
  words.push_back(command);
  for (const auto* one : below)
    add_command(*one, completions::path_below(command, one->get_name()), words);
}

}  // namespace

CLI::App* add_completions(CLI::App& app, CompletionsSettings& settings) {
  auto* command =
      app.add_subcommand("completions", "Print a shell's script that completes what is typed");
  std::vector<std::string> names;
  names.reserve(kShells.size());
  for (const auto& shell : kShells) names.emplace_back(shell.name);
  add_value(*command, "SHELL", settings.shell, "bash, zsh or fish")
      ->required()
      ->check(one_of(names));
  return command;
}

Words completion_words(const CLI::App& app) {
  Words words;
  add_command(app, "", words);
  return words;
}

void run_completions(const CLI::App& app, const CompletionsSettings& settings) {
  for (const auto& shell : kShells) {
    if (settings.shell == shell.name) std::cout << shell.script(completion_words(app));
  }
}

}  // namespace smdm
