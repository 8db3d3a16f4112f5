/// The jobs of evaluation, one file each. Every one throws on failure; what a job prints for
/// programs goes to standard output, what it tells people to standard error.
#pragma once

#include <vector>

#include "harness/settings/table.hpp"
#include "tasks/ask/task.hpp"

namespace smdm {

/// Prints the catalogue. @param json  as an object instead of tables
void list_tasks(bool json);

/// The tasks of --task, asked as --probe says.
/// @throws Error(usage)  if there is no task of a name, or one has no such probe
[[nodiscard]] std::vector<Task> chosen_tasks(const Settings& settings);

/// --task: benchmark files to a results file.
void run_tasks(const Settings& settings);

/// The same with tasks given as values in place of --task's names, which then only say which groups
/// are shown.
void run_tasks(const Settings& settings, const std::vector<Task>& tasks);

/// --requests: JSON lines of pairs to JSON lines of estimates.
void run_requests(const Settings& settings);

/// --prompts: JSON lines of prompts to JSON lines of generations.
void run_prompts(const Settings& settings);

/// --rescore: JSON lines of generations to JSON lines of verdicts; no model.
void rescore(const Settings& settings);

}  // namespace smdm
