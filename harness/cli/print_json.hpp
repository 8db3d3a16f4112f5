/// What `--json` prints in the place of tables: one object on standard output, indented by two.
#pragma once

#include "base/json.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace smdm {

/// Adds the flag, the same for every subcommand that prints tables.
CLI::Option* add_json_flag(CLI::App& app, bool& json);

void print_json(const Json& json);

}  // namespace smdm
