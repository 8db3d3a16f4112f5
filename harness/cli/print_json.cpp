#include "harness/cli/print_json.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

namespace smdm {

CLI::Option* add_json_flag(CLI::App& app, bool& json) {
  return app.add_flag("--json", json, "Print JSON instead of tables");
}

void print_json(const Json& json) {
  std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace smdm
