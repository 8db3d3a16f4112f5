/// `smdm-eval scaling`: laws from tables of losses or from trainings, and plans of trainings
/// (docs/scaling.md).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/scaling_plan.hpp"

namespace CLI {
class App;
}

namespace smdm {

struct ScalingSettings {
  std::vector<std::string> inputs;  ///< tables, folders of trainings or their training.json
  std::string method = "all";
  bool json = false;
  std::optional<std::string> output;  ///< new or empty folder
  std::vector<std::string> exclude;
  std::vector<std::string> losses;  ///< where the gap is told
  std::optional<std::string> law;   ///< table of published laws
  std::uint32_t seed = 0;
  int draws = 2000;
  int refits = 200;
  ScalingPlanSettings plan;
  CLI::App* plan_command = nullptr;  ///< where it was chosen, there is nothing to fit
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_scaling(CLI::App& app, ScalingSettings& settings);

/// Fits, prints a table or JSON, and writes the folder if there is to be one; or plans.
/// @param command   the arguments, for the record
/// @param measured  plans with rates that are measured first
/// @throws Error(usage)    for options that make no sense
/// @throws Error(data)     if a file cannot be read, or nothing can be fitted
/// @throws Error(results)  if the folder cannot be written
void run_scaling(const ScalingSettings& settings,
                 const std::vector<std::string>& command,
                 const std::function<void(const ScalingPlanSettings&)>& measured);

}  // namespace smdm
