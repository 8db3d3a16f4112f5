/// The settings of likelihood estimators: what may stand together, the rule of `auto`, and what
/// they become.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "evaluators/likelihood/likelihood.hpp"
#include "harness/settings/setting.hpp"

namespace smdm {

/// The estimator that settings name, with their budget; of a masked diffusion model.
/// @param decided  complete()
[[nodiscard]] Estimator estimator_of(const Settings& decided);

/// @throws Error(usage)  if target error, racing, budget and estimator do not fit together
void check_estimator(const Settings& decided);

/// The version of `auto` and `balanced`, races with them included, which results record; files that
/// have none are of version 1. Empty for the other estimators, which have had one version only.
[[nodiscard]] std::optional<std::int64_t> estimator_version(const Settings& decided);

/// Whether `auto` chooses between enumeration and balanced rows.
[[nodiscard]] bool follows_auto_rule(const Settings& decided);

/// That choice in words.
[[nodiscard]] std::string auto_rule(const Settings& decided);

}  // namespace smdm
