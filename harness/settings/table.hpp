/// Everything a user can say, in one table: the command line, the configuration file, --help,
/// presets, evaluation.json, layers, notes about what is not used, and what results record are
/// loops over it. docs/adding-a-setting.md says how it grows.
#pragma once

#include <span>

#include "harness/settings/setting.hpp"

namespace smdm {

/// The convention of --cfg, for --help and results.
inline constexpr const char* kGuidanceConvention = "un + (w + 1) * (cond - un)";

/// Every setting, in the order of --help.
[[nodiscard]] std::span<const Setting> all_settings();

/// The setting of a name like "mc-samples".
/// @throws std::invalid_argument  if there is none
[[nodiscard]] const Setting& setting_named(const std::string& name);

/// @throws Error(usage)  for the first value given that is not in its range
void check_ranges(const Settings& settings);

}  // namespace smdm
