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

/// Adds options to an app, one per setting, by the type of its value.
class OptionAdder {
 public:
  explicit OptionAdder(CLI::App& app) : app_(app) {}

  void operator()(const Field& field, bool& value) const {
    app_.add_flag(field.names, value, field.help)->group(group_of(field.effect));
  }

  template <typename T>
  void operator()(const Field& field, T& value) const {
    auto* option = app_.add_option(field.names, value, field.help)->group(group_of(field.effect));
    if constexpr (std::is_same_v<T, std::vector<std::string>>) option->delimiter(',');
    if (!field.allowed.empty()) option->check(CLI::IsMember(field.allowed));
    option->multi_option_policy(std::is_same_v<T, std::vector<std::string>>
                                    ? CLI::MultiOptionPolicy::TakeAll
                                    : CLI::MultiOptionPolicy::Throw);
  }

 private:
  CLI::App& app_;
};

}  // namespace

void add_options(CLI::App& app, Settings& settings) {
  app.set_config("--config", "", "File of options (TOML); the command line wins")
      ->group(group_of(Effect::job));
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.allow_extras();  // refuse_unknown() names the nearest option
  for_each_field(settings, OptionAdder(app));
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
