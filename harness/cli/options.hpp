/// The command line and the configuration file, read into Settings.
#pragma once

#include <string>
#include <vector>

#include "harness/settings/table.hpp"

namespace CLI {
class App;
}

namespace smdm {

/// Adds every setting as an option of `app`, and --config FILE (TOML; the command line wins).
void add_options(CLI::App& app, Settings& settings);

/// The options of `app` and its chosen subcommands that nobody knows.
/// @throws Error(usage)  naming the first of them and the nearest option there is
void refuse_unknown(const CLI::App& app);

}  // namespace smdm
