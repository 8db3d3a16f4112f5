// What stands in a results file of lm-eval about tasks, settings and the model, block by block.
#include "results/run/lm_eval_blocks.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string_view>

#include "results/run/lm_eval_parts.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm::layout {
namespace {

Json directions(const TaskRecord& task) {
  Json better = Json::object();
  for (const std::size_t i : first_of_each_name(task)) {
    better[task.metrics[i].info.name] = task.metrics[i].info.higher_is_better;
  }
  return better;
}

/// A group's directions are those of its tasks; null where they disagree.
Json group_directions(const RunRecord& run, const GroupRecord& group) {
  Json better = Json::object();
  for (const std::string& name : group.tasks) {
    const Json of_task = directions(run.tasks[task_index(run, name)]);
    for (const auto& [metric, higher] : of_task.items()) {
      if (!better.contains(metric)) {
        better[metric] = higher;
      } else if (better[metric] != higher) {
        better[metric] = nullptr;
      }
    }
  }
  return better;
}

std::string model_arguments(const RunRecord& run) {
  const std::string& more = run.config.arguments;
  return "pretrained=" + run.model.name + (more.empty() ? "" : "," + more);
}

}  // namespace

Json stderr_or_na(const std::optional<double>& standard_error) {
  if (!standard_error || !std::isfinite(*standard_error)) return "N/A";
  return *standard_error;
}

Json sorted_by_key(const Json& object) {
  const std::map<std::string, Json> sorted(object.get<std::map<std::string, Json>>());
  Json out = Json::object();
  for (const auto& [key, value] : sorted) out[key] = value;
  return out;
}

std::size_t task_index(const RunRecord& run, const std::string& name) {
  const auto found = std::find_if(run.tasks.begin(), run.tasks.end(),
                                  [&](const TaskRecord& task) { return task.name == name; });
  if (found == run.tasks.end()) {
    throw std::invalid_argument("results: a group names task '" + name +
                                "', which the run has not");
  }
  return static_cast<std::size_t>(found - run.tasks.begin());
}

Json task_config(const TaskRecord& task) {
  Json metrics = Json::array();
  for (const std::size_t i : first_of_each_name(task)) {
    const Metric& info = task.metrics[i].info;
    metrics.push_back({{"metric", info.name},
                       {"aggregation", info.aggregation},
                       {"higher_is_better", info.higher_is_better}});
  }
  return merged({{"task", task.name},
                 {"output_type", to_string(task.output_type)},
                 {"num_fewshot", task.shots},
                 {"repeats", 1},
                 {"metric_list", metrics},
                 {"metadata", {{"version", task.version}}}},
                task.config);
}

Json higher_is_better(const RunRecord& run) {
  Json block = Json::object();
  for (const TaskRecord& task : run.tasks) block[task.name] = directions(task);
  for (const GroupRecord& group : run.groups) block[group.name] = group_directions(run, group);
  return sorted_by_key(block);
}

Json config_block(const RunRecord& run) {
  Json config = {{"model", "smdm-eval"}, {"model_args", model_arguments(run)}};
  if (run.model.parameters) config["model_num_parameters"] = *run.model.parameters;
  if (run.model.dtype) config["model_dtype"] = *run.model.dtype;
  return merged(config, {{"batch_size", or_null(run.config.batch_size)},
                         {"batch_sizes", Json::array()},
                         {"device", run.config.device},
                         {"use_cache", nullptr},
                         {"limit", or_null(run.config.limit)},
                         {"bootstrap_iters", kBootstrapResamples},
                         {"gen_kwargs", or_null(run.config.generation)},
                         {"random_seed", run.config.seed},
                         {"numpy_seed", nullptr},
                         {"torch_seed", nullptr},
                         {"fewshot_seed", nullptr}});
}

Json token_json(const std::optional<std::string>& piece, const std::optional<std::int64_t>& id) {
  return Json::array({or_null(piece), id ? std::to_string(*id) : "None"});
}

std::string sanitized(const std::string& name) {
  constexpr std::string_view kForbidden = "\"<>:/|\\?*[]";
  std::string out;
  bool inside = false;
  for (const char c : name) {
    const bool forbidden = kForbidden.find(c) != std::string_view::npos;
    if (!forbidden) out += c;
    if (forbidden && !inside) out += "__";
    inside = forbidden;
  }
  return out;
}

}  // namespace smdm::layout
