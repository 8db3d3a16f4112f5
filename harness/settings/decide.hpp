/// What is computed for one task: the user's options, the preset's, and the defaults, put together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/settings/decided.hpp"
#include "harness/settings/table.hpp"
#include "models/config.hpp"

namespace smdm {

/// An explicit option wins over the preset, the preset over the checkpoint's own defaults, and
/// those over the task's.
/// @param notes  receives a line for everything a person should know: what a preset set, and what
/// an autoregressive model does not use
/// @param checkpoint_defaults  what the checkpoint's evaluation.json says of the task
/// @throws Error(usage)  for values out of range, or guidance asked of an autoregressive model
[[nodiscard]] Decided decide(const Settings& settings,
                             const DecisionFor& what,
                             ModelKind kind,
                             std::vector<std::string>& notes,
                             const Settings& checkpoint_defaults = {});

/// @throws Error(usage)  if no model is named, or for a number of threads below 1
[[nodiscard]] ModelSettings model_settings(const Settings& settings);

/// How large a forward is on a device: small on the CPU, where more only costs memory; large on a
/// GPU, which is busy with many tokens only.
/// @param device  as --device
/// @param rows    rows per forward, where the user says
/// @throws std::invalid_argument  if there is no such device
[[nodiscard]] PackingLimits packing_limits(const std::string& device,
                                           std::optional<std::int64_t> rows);

}  // namespace smdm
