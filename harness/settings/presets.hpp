/// Named settings per task.
#pragma once

#include <optional>
#include <string>

#include "harness/settings/table.hpp"

namespace smdm {

/// The evaluation settings of the SMDM paper (Nie et al. 2024, arXiv:2410.18514) for a task, as
/// options that a user might have given; empty for a task that the paper does not evaluate.
[[nodiscard]] std::optional<Settings> smdm_preset(const std::string& task);

/// What a task is evaluated with where neither the user nor a preset says it and the general
/// default does not suit it.
[[nodiscard]] Settings task_defaults(const std::string& task);

}  // namespace smdm
