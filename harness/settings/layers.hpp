/// Who decides a setting: an explicit option before the preset, the preset before the checkpoint's
/// own default, and that before the task's.
#pragma once

#include <string>
#include <vector>

#include "harness/settings/table.hpp"

namespace smdm {

/// What all layers say together; what none of them says stays empty.
/// @param asked        what the user says
/// @param own          what the checkpoint's evaluation.json says of the task
/// @param notes        receives a line about the preset, one about the checkpoint's defaults, and
///                     one about what an autoregressive model does not use
/// @throws Error(usage)  for guidance of an autoregressive model
[[nodiscard]] Settings layered(const Settings& asked,
                               const DecisionFor& what,
                               ModelKind kind,
                               const Settings& own,
                               std::vector<std::string>& notes);

/// What the work has no use for is taken out, and what nobody says has its default.
void complete(Settings& settings, const DecisionFor& what, ModelKind kind);

}  // namespace smdm
