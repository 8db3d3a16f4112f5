/// A plan as a script of the shell.
#pragma once

#include <string>

#include "harness/cli/scaling_plan.hpp"
#include "results/scaling/plan_report.hpp"

namespace smdm {

/// For sh (POSIX): every training of the plan in a folder of its own, then `scaling fit` over those
/// that came to their end. Started again it skips these and goes on with the one that was
/// interrupted. Relative paths mean what they mean here, wherever it is started.
/// @throws Error(failure)  if the working folder is gone
[[nodiscard]] std::string plan_script(const scaling::PlanReport& report,
                                      const ScalingPlanSettings& settings);

/// "sh plan.sh", quoted.
[[nodiscard]] std::string start_command(const std::string& script);

}  // namespace smdm
