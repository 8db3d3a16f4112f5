// The options of `smdm-eval describe`: those of an evaluation that say which model it is, what it
// is asked and how. Without LibTorch, as all of the command line.
#include "harness/cli/options.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <CLI/CLI.hpp>

#include "harness/cli/print_json.hpp"
#include "harness/describe/describe.hpp"

namespace smdm {
namespace {

/// Settings that mean nothing where nothing is computed.
bool is_described(const Setting& setting) {
  constexpr std::array<const char*, 9> kOthers = {"list-tasks", "json",        "prompts",
                                                  "rescore",    "output",      "dry-run",
                                                  "repeat",     "log_samples", "batch-size"};
  const auto name = name_of(setting);
  return std::ranges::none_of(kOthers, [&](const char* other) { return name == other; });
}

}  // namespace

CLI::App* add_describe(CLI::App& app, DescribeSettings& settings) {
  auto* command = app.add_subcommand(
      "describe", "Say what a checkpoint is and what evaluating it would take; reads no weights");
  add_options(*command, settings.settings, is_described);
  add_json_flag(*command, settings.json);
  return command;
}

}  // namespace smdm
