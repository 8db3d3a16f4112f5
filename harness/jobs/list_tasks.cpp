#include <iostream>

#include "harness/jobs/jobs.hpp"
#include "results/show/table.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm {
namespace {

std::string metric_names(const TaskInfo& task) {
  std::string names;
  for (const auto& metric : task.metrics)
    names += (names.empty() ? "" : ", ") + metric.name + "," + metric.filter;
  return names;
}

}  // namespace

void list_tasks() {
  std::vector<std::vector<std::string>> rows;
  for (const auto& task : all_tasks()) {
    const auto& about = info(task);
    rows.push_back({about.name, std::to_string(about.dataset.documents), metric_names(about)});
  }
  const std::vector<Column> columns = {
      {.title = "Task"}, {.title = "Documents", .align = Align::right}, {.title = "Metrics"}};
  std::cout << markdown_table(columns, rows) << "\n";
  std::vector<std::vector<std::string>> groups;
  for (const auto& group : all_task_groups()) {
    std::string members;
    for (const auto& member : group.tasks) members += (members.empty() ? "" : ", ") + member;
    groups.push_back({group.name, members});
  }
  std::cout << markdown_table(std::vector<Column>{{.title = "Group"}, {.title = "Tasks"}}, groups);
}

}  // namespace smdm
