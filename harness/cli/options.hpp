/// The command line and the configuration file, read into Settings.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "harness/settings/table.hpp"

namespace CLI {
class App;
}

namespace smdm {

/// Adds --config FILE, whose options read_configuration() reads once the command line is parsed.
void add_config(CLI::App& app, std::optional<std::string>& file);

/// Adds settings as options of `app`. @param wanted  which of them; null: every one
void add_options(CLI::App& app,
                 Settings& settings,
                 bool (*wanted)(const Setting& setting) = nullptr);

/// Reads the file of --config into what the command line leaves open.
/// @param app  parsed
/// @throws Error(usage)  as read_configuration()
void read_config(const CLI::App& app, const std::string& file, Settings& settings);

/// Arguments that would be read as something else than was meant: a long option behind a single
/// dash
/// (-model, as -m odel), and one with an empty value (--output=, with the next argument for it).
/// @throws Error(usage)  for the first one, if `app` or a subcommand has an option of that name
void check_arguments(const CLI::App& app, std::span<const char* const> arguments);

/// The options of `app` and its chosen subcommands that nobody knows.
/// @param app  parsed, also if that ended with an error
/// @throws Error(usage)  naming the first of them and the nearest option there is
void refuse_unknown(const CLI::App& app);

/// Options of `app` in front of a subcommand, which does not use them.
/// @throws Error(usage)  naming the first of them
void refuse_unused(const CLI::App& app);

}  // namespace smdm
