/// The configuration file, read into Settings.
#pragma once

#include <functional>
#include <string>

#include "harness/settings/setting.hpp"

namespace smdm {

/// Reads a file of options (docs/cli.md) into `settings`. A key is any of an option's names,
/// usually without its dashes.
/// @param on_command_line  whether the command line gives a setting: it wins, and what the file
/// says
///                         of it is checked all the same
/// @throws Error(usage)  if the file cannot be read or is not TOML; with file, line and column if
/// it
///                       has an unknown key, one option twice, or a value that the option cannot
///                       have
void read_configuration(const std::string& file,
                        const std::function<bool(const Setting&)>& on_command_line,
                        Settings& settings);

}  // namespace smdm
