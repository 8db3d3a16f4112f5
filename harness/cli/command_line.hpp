/// The command line of smdm-eval, read completely, and the one job that it names.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/bench/bench.hpp"
#include "harness/cli/scaling_plan.hpp"
#include "harness/describe/describe.hpp"
#include "harness/judging/settings.hpp"
#include "harness/settings/table.hpp"
#include "harness/tradeoff/tradeoff.hpp"
#include "harness/train/train.hpp"

namespace smdm {

/// The jobs that need a model, each as the program that reads the command line does it.
struct ModelJobs {
  std::function<void(const Settings&)> tasks;     ///< --task
  std::function<void(const Settings&)> requests;  ///< --requests
  std::function<void(const Settings&)> prompts;   ///< --prompts
  std::function<void(const BenchSettings&)> bench;
  std::function<void(const DescribeSettings&)> describe;
  std::function<void(const TradeoffSettings&)> tradeoff;
  /// @param command  the arguments, for the record
  std::function<void(const TrainSettings&, const std::vector<std::string>& command)> train;
  std::function<void(const ScalingPlanSettings&)> scaling_plan;  ///< with a rate to measure
  std::function<void(const JudgeSettings&)> judge;  ///< needs no model, but a library of its own
};

/// Reads the command line and does what it says. An error is told in one line on standard error.
/// From here on a pipe that was closed is an error of the write to it.
/// @param arguments  as main() has them, with the program's own name where there is one
/// @param jobs       all of them; jobs without a model are done here
/// @return the exit code (docs/cli.md)
[[nodiscard]] int run_command_line(std::span<const char* const> arguments, const ModelJobs& jobs);

}  // namespace smdm
