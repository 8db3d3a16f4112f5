#include "harness/cli/options.hpp"

#include <type_traits>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/text/nearest.hpp"

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
  auto* option =
      app.add_option(setting.names, value, setting.help)->group(group_of(setting.effect));
  constexpr bool is_list = std::is_same_v<T, std::vector<std::string>>;
  if constexpr (is_list) option->delimiter(',');
  if (!setting.allowed.empty()) option->check(CLI::IsMember(setting.allowed));
  option->multi_option_policy(is_list ? CLI::MultiOptionPolicy::TakeAll
                                      : CLI::MultiOptionPolicy::Throw);
}

}  // namespace

void add_options(CLI::App& app, Settings& settings) {
  app.set_config("--config", "", "File of options (TOML); the command line wins")
      ->group(group_of(Effect::job));
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.allow_extras();  // refuse_unknown() names the nearest option
  for (const auto& setting : all_settings()) {
    std::visit([&](const auto member) { add_option(app, setting, settings.*member); },
               setting.member);
  }
}

void refuse_unknown(const CLI::App& app) {
  const auto extras = app.remaining(/*recurse=*/true);
  if (extras.empty()) return;
  const auto name = extras.front().substr(0, extras.front().find('='));
  std::vector<std::string> known;
  for (const auto* option : app.get_options()) {
    for (const auto& longer : option->get_lnames()) known.push_back("--" + longer);
  }
  for (const auto* subcommand : app.get_subcommands(nullptr))
    known.push_back(subcommand->get_name());
  const auto near = nearest_name(name, known);
  throw Error(ErrorKind::usage, "unknown option or command \"" + name + "\"" +
                                    (near ? ": did you mean \"" + *near + "\"?" : "; see --help"));
}

}  // namespace smdm
