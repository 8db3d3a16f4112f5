/// Blocks of results files that lm-evaluation-harness's layouts of all versions have: made from a
/// run's record, for the file of a run (lm_eval_json.hpp) and for exports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "results/run/record.hpp"

namespace smdm::layout {

/// The standard error, or lm-eval's "N/A" where there is none to give: its table formats everything
/// else as a number, so that null would break it.
[[nodiscard]] Json stderr_or_na(const std::optional<double>& standard_error);

/// lm-eval sorts some of its blocks by task, others keep the order of the run.
[[nodiscard]] Json sorted_by_key(const Json& object);

/// @throws std::invalid_argument  if the run has no task of that name
[[nodiscard]] std::size_t task_index(const RunRecord& run, const std::string& name);

/// How a task is defined: an entry of "configs".
[[nodiscard]] Json task_config(const TaskRecord& task);

/// The block "higher_is_better": by task and by group, null where a group's tasks disagree.
[[nodiscard]] Json higher_is_better(const RunRecord& run);

/// The block "config": model and settings.
[[nodiscard]] Json config_block(const RunRecord& run);

/// lm-eval's pair of a special token: its piece, and its id as text.
[[nodiscard]] Json token_json(const std::optional<std::string>& piece,
                              const std::optional<std::int64_t>& id);

/// lm_eval.utils.sanitize_model_name: each run of characters that a file name cannot have becomes
/// "__".
[[nodiscard]] std::string sanitized(const std::string& name);

}  // namespace smdm::layout
