// A results file, block by block: what lm-eval writes, then the block of our own.
#include "results/run/lm_eval_json.hpp"

#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/text/python.hpp"
#include "results/run/lm_eval_blocks.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/run/lm_eval_samples.hpp"

namespace smdm {
namespace {

using namespace layout;

Json task_scores(const TaskRecord& task, const TaskSummary& summary, const std::string& alias) {
  Json scores = {{"alias", alias}};
  for (std::size_t i = 0; i < task.metrics.size(); ++i) {
    scores[metric_key(task.metrics[i].info)] = finite_or_null(summary[i].value);
    scores[stderr_key(task.metrics[i].info)] = stderr_or_na(summary[i].standard_error);
    const auto& monte_carlo_error = summary[i].monte_carlo_error;
    if (monte_carlo_error) {
      scores[mc_stderr_key(task.metrics[i].info)] = finite_or_null(*monte_carlo_error);
    }
  }
  return scores;
}

Json results_block(const RunRecord& run,
                   const std::vector<DisplayRow>& rows,
                   const std::vector<TaskSummary>& summaries) {
  Json block = Json::object();
  for (const DisplayRow& row : rows) {
    if (row.group != nullptr) {
      block[row.name] = {{" ", " "},
                         {"alias", row.alias}};  // lm-eval's row of a group without a score
    } else {
      block[row.name] = task_scores(run.tasks[row.task], summaries[row.task], row.alias);
    }
  }
  return block;
}

Json group_subtasks(const RunRecord& run) {
  Json block = Json::object();
  std::set<std::string> grouped;
  for (const GroupRecord& group : run.groups) {
    block[group.name] = group.tasks;
    grouped.insert(group.tasks.begin(), group.tasks.end());
  }
  for (const TaskRecord& task : run.tasks) {
    if (!grouped.contains(task.name)) block[task.name] = Json::array();
  }
  return block;
}

void add_tokenizer(const ModelRecord& model, Json& results) {
  if (model.eos_id) results["tokenizer_eos_token"] = token_json(model.eos, model.eos_id);
  if (model.bos_id) results["tokenizer_bos_token"] = token_json(model.bos, model.bos_id);
  if (model.eos_id) results["eot_token_id"] = *model.eos_id;
  if (model.max_length) results["max_length"] = *model.max_length;
}

void add_tracker(const RunRecord& run, Json& results) {
  results["model_source"] = "smdm-eval";
  results["model_name"] = run.model.name;
  results["model_name_sanitized"] = sanitized(run.model.name);
  results["system_instruction"] = nullptr;
  results["system_instruction_sha"] = nullptr;
  results["fewshot_as_multiturn"] = false;
  results["chat_template"] = "";
  results["chat_template_sha"] = nullptr;
  results["start_time"] = run.start_s;
  results["end_time"] = run.end_s.value_or(run.start_s + run.seconds);
  // Text, as lm-eval has it.
  results["total_evaluation_time_seconds"] =
      python_float(run.end_s ? *run.end_s - run.start_s : run.seconds);
}

/// A task's metrics once more, with their filters and aggregations apart, and null where an error
/// is not known and lm-eval has "N/A".
Json own_task_block(const TaskRecord& task, const TaskSummary& summary) {
  Json metrics = Json::array();
  for (std::size_t i = 0; i < task.metrics.size(); ++i) {
    const Metric& info = task.metrics[i].info;
    metrics.push_back({{"name", info.name},
                       {"filter", info.filter},
                       {"aggregation", info.aggregation},
                       {"higher_is_better", info.higher_is_better},
                       {"value", finite_or_null(summary[i].value)},
                       {"stderr", or_null(summary[i].standard_error)},
                       {"mc_stderr", or_null(summary[i].monte_carlo_error)}});
  }
  Json clustered = Json::object();
  for (std::size_t i = 0; i < task.metrics.size(); ++i)
    clustered[metric_key(task.metrics[i].info)] = or_null(summary[i].clustered_error);
  auto block = merged({{"output_type", to_string(task.output_type)},
                       {"metrics", metrics},
                       {kClusteredErrors, clustered}},
                      task.extra);
  if (task.any_order) block["any_order"] = to_json(*task.any_order);
  if (task.orders) block["orders"] = to_json(*task.orders);
  return block;
}

Json own_block(const RunRecord& run, const std::vector<TaskSummary>& summaries) {
  Json tasks = Json::object();
  for (std::size_t i = 0; i < run.tasks.size(); ++i) {
    tasks[run.tasks[i].name] = own_task_block(run.tasks[i], summaries[i]);
  }
  Json block = merged({{"schema", kResultsSchema}}, run.smdm_eval);
  block["tasks"] = tasks;
  return block;
}

/// The blocks with one entry per task.
void add_task_blocks(const RunRecord& run, Json& results) {
  Json configs = Json::object();
  Json versions = Json::object();
  Json shots = Json::object();
  Json counts = Json::object();
  for (const TaskRecord& task : run.tasks) {
    configs[task.name] = task_config(task);
    versions[task.name] = task.version;
    shots[task.name] = task.shots;
    counts[task.name] = {{"original", task.documents}, {"effective", task.samples.size()}};
  }
  results["configs"] = sorted_by_key(configs);
  results["versions"] = sorted_by_key(versions);
  results["n-shot"] = sorted_by_key(shots);
  results["higher_is_better"] = higher_is_better(run);
  results["n-samples"] = counts;
}

Json task_hashes(const RunRecord& run) {
  Json block = Json::object();
  for (const TaskRecord& task : run.tasks) {
    std::vector<SampleHashes> samples;
    samples.reserve(task.samples.size());
    for (const SampleRecord& sample : task.samples) samples.push_back(hashes_of(sample));
    block[task.name] = task_hash(samples);
  }
  return block;
}

void check_summaries(const RunRecord& run, const std::vector<TaskSummary>& summaries) {
  bool fits = summaries.size() == run.tasks.size();
  for (std::size_t i = 0; fits && i < summaries.size(); ++i) {
    fits = summaries[i].size() == run.tasks[i].metrics.size();
  }
  if (!fits)
    throw std::invalid_argument("results: wanted one summary for each metric of each task");
}

}  // namespace

std::string metric_key(const Metric& info) {
  return info.name + "," + info.filter;
}

std::string stderr_key(const Metric& info) {
  return info.name + "_stderr," + info.filter;
}

std::string mc_stderr_key(const Metric& info) {
  return info.name + "_mc_stderr," + info.filter;
}

std::vector<DisplayRow> display_rows(const RunRecord& run) {
  std::map<std::string, std::vector<DisplayRow>> top;  // by name, as lm-eval sorts
  std::set<std::string> grouped;
  std::set<std::string> names;
  const auto claim = [&](const std::string& name) {
    if (!names.insert(name).second)
      throw std::invalid_argument("results: two rows are named '" + name + "'");
  };
  for (const GroupRecord& group : run.groups) {
    claim(group.name);
    auto& rows = top[group.name];
    rows.push_back(
        {.group = &group, .name = group.name, .alias = group.alias.value_or(group.name)});
    for (const std::string& name : std::set<std::string>(group.tasks.begin(), group.tasks.end())) {
      const std::size_t task = task_index(run, name);
      claim(name);
      grouped.insert(name);
      rows.push_back(
          {.task = task, .name = name, .alias = " - " + run.tasks[task].alias.value_or(name)});
    }
  }
  for (std::size_t task = 0; task < run.tasks.size(); ++task) {
    const std::string& name = run.tasks[task].name;
    if (grouped.erase(name) > 0) continue;
    claim(name);
    top[name].push_back(
        {.task = task, .name = name, .alias = run.tasks[task].alias.value_or(name)});
  }
  std::vector<DisplayRow> rows;
  for (const auto& [name, block] : top) rows.insert(rows.end(), block.begin(), block.end());
  return rows;
}

Json results_json(const RunRecord& run, const std::vector<TaskSummary>& summaries) {
  check_summaries(run, summaries);
  Json results = {{"results", results_block(run, display_rows(run), summaries)},
                  {"group_subtasks", group_subtasks(run)}};
  add_task_blocks(run, results);
  results["config"] = config_block(run);
  results["git_hash"] = or_null(run.git_hash);
  results["date"] = run.start_s;
  results["pretty_env_info"] = run.environment;
  results["transformers_version"] = nullptr;
  results["upper_git_hash"] = nullptr;
  add_tokenizer(run.model, results);
  results["task_hashes"] = task_hashes(run);
  add_tracker(run, results);
  results["smdm_eval"] = own_block(run, summaries);
  return results;
}

}  // namespace smdm
