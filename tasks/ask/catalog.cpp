// Tasks and groups written out in full. A list can be read and tested; registration from many files
// would depend on what is linked and in which order.
#include "tasks/ask/catalog.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text/nearest.hpp"
#include "tasks/ask/catalog_entries.hpp"

namespace smdm {
namespace {

const Task* find_task(const std::string& name) {
  const auto& tasks = all_tasks();
  const auto found =
      std::ranges::find_if(tasks, [&](const Task& task) { return info(task).name == name; });
  return found == tasks.end() ? nullptr : &*found;
}

[[noreturn]] void fail_unknown(const std::string& name) {
  std::vector<std::string> known;
  for (const Task& task : all_tasks()) known.push_back(info(task).name);
  for (const TaskGroup& group : all_task_groups()) known.push_back(group.name);
  const auto nearest = nearest_name(name, known);
  throw std::invalid_argument("wanted a task or group, got \"" + name + "\"" +
                              (nearest ? "; did you mean " + *nearest + "?" : "") +
                              " (--list-tasks shows all)");
}

}  // namespace

const std::vector<Task>& all_tasks() {
  static const std::vector<Task> tasks{
      hellaswag(),
      openbookqa(),
      arc_easy(),
      arc_challenge(),
      boolq(),
      piqa(),
      social_iqa(),
      race(),
      lambada_standard(),
      lambada_openai(),
      gsm8k(),
      reverse_curse_d2n(),
      reverse_curse_n2d(),
      reverse_curse_d2n_reverse(),
      reverse_curse_n2d_reverse(),
      temporal_shift(),
      infill(),
      mt_bench(),
      line_copy(),
      line_reverse(),
      line_shuffle(),
  };
  return tasks;
}

const std::vector<TaskGroup>& all_task_groups() {
  static const std::vector<TaskGroup> groups{
      {.name = "zero-shot",
       .description = "the eight likelihood tasks of the SMDM paper",
       .tasks = {"hellaswag", "openbookqa", "arc_easy", "boolq", "piqa", "social_iqa", "race",
                 "lambada_standard"}},
      {.name = "reverse_curse",
       .description = "facts asked in the order in which they were told, and the other way round",
       .tasks = {"reverse_curse_d2n", "reverse_curse_n2d", "reverse_curse_d2n_reverse",
                 "reverse_curse_n2d_reverse"}},
      {.name = "line",
       .description = "lines of names: what can be decoded in parallel, and what cannot",
       .tasks = {"line_copy", "line_reverse", "line_shuffle"}},
  };
  return groups;
}

std::vector<Task> find_tasks(std::span<const std::string> names) {
  std::vector<std::string> wanted;
  for (const std::string& name : names) {
    const auto& groups = all_task_groups();
    const auto group = std::ranges::find(groups, name, &TaskGroup::name);
    const std::vector<std::string> members =
        group == groups.end() ? std::vector<std::string>{name} : group->tasks;
    for (const std::string& member : members) {
      if (std::ranges::find(wanted, member) == wanted.end()) wanted.push_back(member);
    }
  }
  std::vector<Task> found;
  for (const std::string& name : wanted) {
    const Task* task = find_task(name);
    if (task == nullptr) fail_unknown(name);
    found.push_back(*task);
  }
  return found;
}

}  // namespace smdm
