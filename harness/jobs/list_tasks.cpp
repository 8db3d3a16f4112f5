#include <iostream>

#include "harness/cli/print_json.hpp"
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

Json catalogue() {
  Json tasks = Json::array();
  for (const auto& task : all_tasks()) {
    const auto& about = info(task);
    Json metrics = Json::array();
    for (const auto& metric : about.metrics) {
      metrics.push_back({{"name", metric.name},
                         {"filter", metric.filter},
                         {"higher_is_better", metric.higher_is_better}});
    }
    tasks.push_back(
        {{"name", about.name}, {"documents", about.dataset.documents}, {"metrics", metrics}});
  }
  Json groups = Json::array();
  for (const auto& group : all_task_groups())
    groups.push_back({{"name", group.name}, {"tasks", group.tasks}});
  return {{"tasks", tasks}, {"groups", groups}};
}

}  // namespace

void list_tasks(bool json) {
  if (json) return print_json(catalogue());
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
