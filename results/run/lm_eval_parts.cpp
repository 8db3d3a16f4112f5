#include "results/run/lm_eval_parts.hpp"

#include <cmath>
#include <set>
#include <string>

namespace smdm::layout {

Json finite_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json interval_json(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  return Json::array({finite_or_null(interval->low), finite_or_null(interval->high)});
}

Json document_value(const MetricRecord& metric, std::size_t document) {
  const std::size_t width = metric.info.width;
  if (width == 1) return finite_or_null(metric.values.at(document));
  Json values = Json::array();
  for (std::size_t i = 0; i < width; ++i) {
    values.push_back(finite_or_null(metric.values.at(document * width + i)));
  }
  return values;
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
