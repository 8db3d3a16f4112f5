/// The one list of tasks and groups.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/ask/task.hpp"

namespace smdm {

/// Several tasks under one name.
struct TaskGroup {
  std::string name;
  std::string description;
  std::vector<std::string> tasks;
};

/// All tasks, in the order in which they are listed.
[[nodiscard]] const std::vector<Task>& all_tasks();

[[nodiscard]] const std::vector<TaskGroup>& all_task_groups();

/// The tasks that names of tasks and groups stand for: in the order given, each once.
/// @throws std::invalid_argument  naming an unknown one, with the nearest name there is
[[nodiscard]] std::vector<Task> find_tasks(std::span<const std::string> names);

}  // namespace smdm
