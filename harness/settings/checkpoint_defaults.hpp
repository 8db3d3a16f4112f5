/// evaluation.json: what a checkpoint wants to be evaluated with where nobody says otherwise.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "harness/settings/table.hpp"

namespace smdm {

inline constexpr const char* kEvaluationFile = "evaluation.json";

/// Settings by the name of a task or of a group of tasks.
using EvaluationDefaults = std::map<std::string, Settings>;

/// Reads {"evaluation_version": 1, "tasks": {NAME: {SETTING: value}}}. Settings are named as the
/// options are, without dashes before them; those that the table says a checkpoint may give
/// (Setting::checkpoint_default).
/// @return nothing if there is no such file
/// @throws Error(checkpoint)  for a file of another form or version, an unknown setting, or a value
/// of another type
[[nodiscard]] EvaluationDefaults read_evaluation_defaults(const std::filesystem::path& file);

/// Those of the task by its own name, else those of a group that it belongs to, else none.
[[nodiscard]] Settings defaults_of(const EvaluationDefaults& defaults, const std::string& task);

}  // namespace smdm
