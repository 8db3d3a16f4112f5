/// What results files say about the settings of a task.
#pragma once

#include "harness/settings/table.hpp"

namespace smdm {

/// Keys of a task's block, and `settings` as the last one: every setting that changes a number of
/// this kind of work, as it was decided. Runs are told apart by `settings`.
/// @param decided  complete()
[[nodiscard]] Json recorded(const Settings& decided, const DecisionFor& what, ModelKind kind);

}  // namespace smdm
