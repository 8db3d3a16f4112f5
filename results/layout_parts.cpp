#include "results/layout_parts.hpp"

#include <cmath>
#include <set>
#include <string>

namespace smdm::layout {

Json finite_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json merged(Json defaults, const Json& given) {
  for (const auto& [key, value] : given.items()) defaults[key] = value;
  return defaults;
}

std::vector<std::size_t> first_of_each_name(const TaskRecord& task) {
  std::vector<std::size_t> first;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < task.metrics.size(); ++i) {
    if (seen.insert(task.metrics[i].info.name).second) first.push_back(i);
  }
  return first;
}

}  // namespace smdm::layout
