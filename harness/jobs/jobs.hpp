/// The jobs of evaluation, one file each. Every one throws on failure; what a job prints for
/// programs goes to standard output, what it tells people to standard error.
#pragma once

#include <vector>

#include "harness/settings/table.hpp"
#include "tasks/ask/task.hpp"

namespace smdm {

namespace ranks {
class Group;
}

/// Prints the catalogue. @param json  as an object instead of tables
void list_tasks(bool json);

/// The tasks of --task, asked as --probe says.
/// @throws Error(usage)  if there is no task of a name, or one has no such probe
[[nodiscard]] std::vector<Task> chosen_tasks(const Settings& settings);

// Jobs with a model may be done by a group of ranks: rank 0 does what is said here, and the others
// compute for it. Null: this process is alone.

/// --task: benchmark files to a results file.
void run_tasks(const Settings& settings, ranks::Group* group = nullptr);

/// The same with tasks given as values in place of --task's names, which then only say which groups
/// are shown.
void run_tasks(const Settings& settings,
               const std::vector<Task>& tasks,
               ranks::Group* group = nullptr);

/// --requests: JSON lines of pairs to JSON lines of estimates.
void run_requests(const Settings& settings, ranks::Group* group = nullptr);

/// --prompts: JSON lines of prompts to JSON lines of generations.
void run_prompts(const Settings& settings, ranks::Group* group = nullptr);

/// --rescore: JSON lines of generations to JSON lines of verdicts; no model.
void rescore(const Settings& settings);

}  // namespace smdm
