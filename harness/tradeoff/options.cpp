// The options of `smdm-eval tradeoff`: those of an evaluation that say which model generates what,
// and which settings are compared. Without LibTorch, as all of the command line.
#include "harness/cli/options.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <CLI/CLI.hpp>

#include "harness/cli/print_json.hpp"
#include "harness/cli/values.hpp"
#include "harness/tradeoff/tradeoff.hpp"

namespace smdm {
namespace {

/// Settings of other jobs.
bool is_of_tradeoff(const Setting& setting) {
  constexpr std::array<const char*, 10> kOthers = {"list-tasks", "json",  "requests", "prompts",
                                                   "rescore",    "trace", "dry-run",  "repeat",
                                                   "samples",    "probe"};
  const auto name = name_of(setting);
  if (name == "log_samples" || name == "backend") return false;
  if (std::ranges::find(kOthers, name) != kOthers.end()) return false;
  const bool of_generation = is_used(setting, Work::generation, ModelKind::mdm);
  const bool of_other_work =
      !of_generation && (is_used(setting, Work::likelihood, ModelKind::mdm) ||
                         is_used(setting, Work::corpus, ModelKind::mdm));
  return !of_other_work;
}

}  // namespace

CLI::App* add_tradeoff(CLI::App& app, TradeoffSettings& settings) {
  auto* command = app.add_subcommand(
      "tradeoff", "Compare settings of a generation by quality and cost, and with an ARM");
  add_options(*command, settings.settings, is_of_tradeoff);
  add_value(*command, "--arm", settings.arm,
            "Autoregressive checkpoint to compare with (default: the embedded one beside an "
            "embedded model, else none)");
  add_value(
      *command, "--sweep", settings.sweeps,
      "Settings to compare, \"sampler=threshold block-length=8,16 threshold=0.8,0.9\"; may be "
      "given several times (default: every sampler over its range, see docs/tradeoff.md)");
  add_value(*command, "--metric", settings.metric, "Of the task (default: its first mean)");
  add_value(*command, "--margin", settings.margin,
            "Points of a percentage that a setting may lose at most (default 1)");
  add_value(*command, "--timed", settings.timed,
            "Documents whose latency is measured, each alone (default 20; 0: none)");
  add_value(*command, "--timed-batch", settings.batch,
            "Documents that throughput is measured over (default 64)");
  add_value(*command, "--rounds", settings.rounds,
            "Times that throughput is measured (default 3; 0: none)");
  add_json_flag(*command, settings.json);
  return command;
}

}  // namespace smdm
