// Options of an evaluation come from the table of settings. What nobody knows is kept by CLI11
// while it parses and refused afterwards, with the nearest name there is.
#include "harness/cli/options.hpp"

#include <type_traits>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/text/nearest.hpp"
#include "harness/cli/configuration.hpp"
#include "harness/cli/values.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

const char* group_of(Effect effect) {
  switch (effect) {
    case Effect::job:
      return "What to do";
    case Effect::number:
      return "Changes the numbers (recorded with every result)";
    case Effect::speed:
      return "Changes only the speed";
  }
  return "";
}

/// Adds the option of a setting, by the type of its value.
void add_option(CLI::App& app, const Setting& setting, bool& value) {
  app.add_flag(setting.names, value, setting.help)->group(group_of(setting.effect));
}

template <typename T>
void add_option(CLI::App& app, const Setting& setting, T& value) {
  auto* option = add_value(app, setting.names, value, setting.help);
  option->group(group_of(setting.effect));
  if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    if (!setting.whole_texts) option->delimiter(',');
  }
  if (!setting.allowed.empty()) option->check(one_of(setting.allowed));
}

/// What can be typed where an app reads its arguments.
std::vector<std::string> known_names(const CLI::App& app) {
  std::vector<std::string> known;
  for (const auto* option : app.get_options()) {
    for (const auto& longer : option->get_lnames()) known.push_back("--" + longer);
  }
  for (const auto* subcommand : app.get_subcommands(nullptr))
    known.push_back(subcommand->get_name());
  return known;
}

/// "leaderboard export: " of a subcommand's subcommand, nothing of the program itself.
std::string place_of(const CLI::App& app) {
  std::string names;
  for (const auto* one = &app; one->get_parent() != nullptr; one = one->get_parent())
    names.insert(0, one->get_name() + (names.empty() ? ": " : " "));
  return names;
}

[[noreturn]] void refuse_name(const CLI::App& app, const std::string& name) {
  const auto near = nearest_name(name, known_names(app));
  const bool commands = !app.get_subcommands(nullptr).empty();
  throw Error(ErrorKind::usage, place_of(app) + "unknown option" + (commands ? " or command" : "") +
                                    " \"" + name + "\"" +
                                    (near ? ": did you mean \"" + *near + "\"?" : "; see --help"));
}

/// Whether an app or one below it has a long option.
bool has_option(const CLI::App& app, const std::string& name) {
  if (app.get_option_no_throw(name) != nullptr) return true;
  for (const auto* subcommand : app.get_subcommands(nullptr)) {
    if (has_option(*subcommand, name)) return true;
  }
  return false;
}

}  // namespace

void add_config(CLI::App& app, std::optional<std::string>& file) {
  add_value(app, "--config", file, "File of options (TOML); the command line wins")
      ->group(group_of(Effect::job));
}

void add_options(CLI::App& app, Settings& settings, bool (*wanted)(const Setting& setting)) {
  app.allow_extras();  // refuse_unknown() names the nearest option
  for (const auto& setting : all_settings()) {
    if (wanted != nullptr && !wanted(setting)) continue;
    std::visit([&](const auto member) { add_option(app, setting, settings.*member); },
               setting.member);
  }
}

void read_config(const CLI::App& app, const std::string& file, Settings& settings) {
  const auto on_command_line = [&](const Setting& setting) {
    return app.count("--" + name_of(setting)) > 0;
  };
  read_configuration(file, on_command_line, settings);
}

void check_arguments(const CLI::App& app, std::span<const char* const> arguments) {
  for (const std::string argument : arguments) {
    const auto equals = argument.find('=');
    const auto name = argument.substr(0, equals);
    if (argument.starts_with("--")) {
      if (equals + 1 == argument.size() && has_option(app, name))
        refuse(name, "a value", "an empty one");
    } else if (name.size() > 2 && name.front() == '-' && has_option(app, "-" + name)) {
      auto text = "unknown option \"" + name;
      throw Error(ErrorKind::usage, text.append("\": did you mean \"-").append(name).append("\"?"));
    }
  }
}

void refuse_unknown(const CLI::App& app) {
  const auto extras = app.remaining();
  if (!extras.empty()) refuse_name(app, extras.front().substr(0, extras.front().find('=')));
  for (const auto* subcommand : app.get_subcommands()) refuse_unknown(*subcommand);
}

void refuse_unused(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) return;
  const auto name = chosen.front()->get_name();
  for (const auto* option : app.get_options()) {
    if (option->count() == 0) continue;
    auto wanted = "options of " + name;
    refuse(option->get_name(), wanted.append(" behind \"").append(name).append("\""),
           "one that it does not use");
  }
}

}  // namespace smdm
