// A run as lm-evaluation-harness 0.4.13 would have written it (lm_eval/evaluator_utils.py,
// evaluator.py, loggers/evaluation_tracker.py): a folder of the model, a results file without any
// block of ours, and samples files with a line for each document and filter.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/text/python.hpp"
#include "results/export/list.hpp"
#include "results/run/lm_eval_blocks.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/run/order_totals.hpp"

namespace smdm {
namespace {

using namespace layout;
using Tasks = std::vector<const TaskFacts*>;

/// The filters of a task's metrics, as they come.
std::vector<std::string> filters_of(const TaskRecord& task) {
  std::vector<std::string> filters;
  for (const MetricRecord& metric : task.metrics) {
    if (std::ranges::find(filters, metric.info.filter) == filters.end())
      filters.push_back(metric.info.filter);
  }
  return filters;
}

/// What metrics by the any-order likelihood saw of each request.
Json any_order_responses(const std::vector<ChoiceRecord>& choices) {
  Json responses = Json::array();
  for (const ChoiceRecord& choice : choices) {
    const Estimate& estimate = choice.estimate;
    const double nats = estimate.values ? estimate.values->any_order : estimate.nats;
    responses.push_back(response_json(nats, estimate.is_greedy));
  }
  return responses;
}

Json filtered_by(const std::string& filter, const SampleRecord& sample, const Json& filtered) {
  const auto* choices = std::get_if<std::vector<ChoiceRecord>>(&sample.outcome);
  return filter == kAnyOrderFilter && choices != nullptr ? any_order_responses(*choices) : filtered;
}

/// A samples file, and the digests of its lines end to end.
struct SampleLines {
  std::string lines;
  std::string hashes;
};

void add_line(const TaskRecord& task,
              std::size_t index,
              const std::string& filter,
              SampleLines& samples) {
  const SampleRecord& sample = task.samples[index];
  const ResponsesJson responses = responses_of(sample);
  const SampleHashes hashes = hashes_of(sample);
  Json names = Json::array();
  Json values = Json::object();
  for (const MetricRecord& metric : task.metrics) {
    if (metric.info.filter != filter) continue;
    names.push_back(metric.info.name);
    values[metric.info.name] = document_value(metric, index);
  }
  const Json line = {{"doc_id", sample.doc_id},
                     {"doc", sample.doc},
                     {"target", sample.target},
                     {"arguments", responses.arguments},
                     {"resps", responses.responses},
                     {"filtered_resps", filtered_by(filter, sample, responses.filtered)},
                     {"filter", filter},
                     {"metrics", names},
                     {"doc_hash", hashes.doc},
                     {"prompt_hash", hashes.prompt},
                     {"target_hash", hashes.target}};
  samples.lines += json_line(merged(line, values));
  samples.hashes += hashes.doc + hashes.prompt + hashes.target;
}

SampleLines sample_lines(const TaskRecord& task) {
  SampleLines samples;
  for (const std::string& filter : filters_of(task)) {
    for (std::size_t i = 0; i < task.samples.size(); ++i) add_line(task, i, filter, samples);
  }
  return samples;
}

/// A part of a run as a record without documents: what blocks are made of.
RunRecord record_of(const RunFacts& part, const Tasks& tasks) {
  RunRecord run;
  run.model = part.checkpoint;
  run.config = part.config;
  run.groups = part.groups;
  for (const TaskFacts* task : tasks) {
    TaskRecord bare{.name = task->record.name,
                    .alias = task->record.alias,
                    .version = task->record.version,
                    .shots = task->record.shots,
                    .output_type = task->record.output_type,
                    .config = task->record.config,
                    .documents = task->record.documents,
                    .samples = {},
                    .metrics = {}};
    for (const MetricRecord& metric : task->record.metrics)
      bare.metrics.push_back({.info = metric.info, .values = {}});
    run.tasks.push_back(std::move(bare));
  }
  return run;
}

Json task_row(const TaskFacts& task) {
  const TaskRecord& record = task.record;
  Json row = {{"name", record.name},
              {"alias", record.alias.value_or(record.name)},
              {"sample_len", record.samples.size()}};
  for (std::size_t i = 0; i < record.metrics.size(); ++i) {
    row[metric_key(record.metrics[i].info)] = finite_or_null(task.scores[i].value);
    row[stderr_key(record.metrics[i].info)] = stderr_or_na(task.scores[i].standard_error);
  }
  return row;
}

/// Tasks as they ran, then groups, which have no score of their own here.
Json results_block(const RunRecord& run, const Tasks& tasks) {
  Json block = Json::object();
  for (const TaskFacts* task : tasks) block[task->record.name] = task_row(*task);
  for (const GroupRecord& group : run.groups)
    block[group.name] = {{"alias", group.alias.value_or(group.name)}, {"name", group.name}};
  return block;
}

/// What nobody else's file has a place for goes where lm-eval lets everybody write what they want.
Json metadata_of(const TaskFacts& task) {
  Json errors = Json::object();
  Json bounds = Json::object();
  for (std::size_t i = 0; i < task.record.metrics.size(); ++i) {
    const Metric& metric = task.record.metrics[i].info;
    bounds[metric_key(metric)] = bound_name(task, metric);
    if (const auto& error = task.scores[i].monte_carlo_error)
      errors[metric_key(metric)] = finite_or_null(*error);
  }
  return {{"version", task.record.version},
          {"likelihood", bounds},
          {"mc_stderr", errors},
          {"settings", task.settings.known()},
          {"seed", task.seed}};
}

Json config_of(const TaskFacts& task, const TaskRecord& bare) {
  Json config = task_config(bare);
  config["unsafe_code"] = false;
  config["metadata"] = merged(config["metadata"], metadata_of(task));
  const auto& samples = task.record.samples;
  if (samples.empty()) return config;
  if (const auto* generation = std::get_if<GenerationRecord>(&samples.front().outcome))
    config["generation_kwargs"] = generation->settings;
  return config;
}

/// Groups have the number of examples that all of their tasks have.
Json shots_of(const RunRecord& run) {
  Json shots = Json::object();
  for (const TaskRecord& task : run.tasks) shots[task.name] = task.shots;
  for (const GroupRecord& group : run.groups) {
    const auto of = [&](const std::string& name) { return run.tasks[task_index(run, name)].shots; };
    const bool same = std::ranges::all_of(
        group.tasks, [&](const auto& name) { return of(name) == of(group.tasks.front()); });
    if (same && !group.tasks.empty()) shots[group.name] = of(group.tasks.front());
  }
  return sorted_by_key(shots);
}

void add_task_blocks(const RunRecord& run, const Tasks& tasks, Json& results) {
  Json children = Json::object();
  Json configs = Json::object();
  Json versions = Json::object();
  Json counts = Json::object();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const TaskRecord& task = tasks[i]->record;
    configs[task.name] = config_of(*tasks[i], run.tasks[i]);
    versions[task.name] = task.version;
    counts[task.name] = {{"original", task.documents}, {"effective", task.samples.size()}};
  }
  for (const GroupRecord& group : run.groups) {
    children[group.name] = group.tasks;
    versions[group.name] = "N/A";
  }
  results["group_subtasks"] = children;
  results["configs"] = sorted_by_key(configs);
  results["versions"] = sorted_by_key(versions);
  results["n-shot"] = shots_of(run);
  results["higher_is_better"] = higher_is_better(run);
  results["n-samples"] = counts;
}

/// Where and by what it ran. "N/A" stands where lm-eval has the version of a library that is not
/// installed.
void add_environment(const RunFacts& part, Json& results) {
  results["git_hash"] = or_null(part.git_revision);
  results["date"] = part.start_s;
  results["pretty_env_info"] = part.environment;
  results["transformers_version"] = "N/A";
  results["lm_eval_version"] = "smdm-eval " + part.version.value_or("of an unknown version");
  results["upper_git_hash"] = nullptr;
  const ModelRecord& model = part.checkpoint;
  if (!model.eos_id && !model.bos_id) return;  // without a tokenizer
  results["tokenizer_pad_token"] = token_json({}, {});
  results["tokenizer_eos_token"] = token_json(model.eos, model.eos_id);
  results["tokenizer_bos_token"] = token_json(model.bos, model.bos_id);
  results["eot_token_id"] = or_null(model.eos_id);
  results["max_length"] = or_null(model.max_length);
}

void add_tracker(const RunFacts& part, Json& results) {
  results["model_source"] = "smdm-eval";
  results["model_name"] = part.model.name;
  results["model_name_sanitized"] = sanitized(part.model.name);
  for (const char* key : {"system_instruction", "system_instruction_sha"}) results[key] = nullptr;
  results["fewshot_as_multiturn"] = false;
  for (const char* key : {"chat_template", "chat_template_sha"}) results[key] = nullptr;
  results["total_evaluation_time_seconds"] = python_float(part.seconds);
}

/// The model's folder: never one that leads elsewhere.
std::string folder_name(const std::string& model) {
  const auto name = sanitized(model);
  return name.empty() || name == "." || name == ".." ? "__" : name;
}

std::string samples_name(const TaskFacts& task) {
  const std::string& name = task.record.name;
  if (name.empty() || name.find('/') != std::string::npos)
    throw Error(ErrorKind::results, task.run->results_file.string() +
                                        ": wanted the name of a task that can be part of a file "
                                        "name, got '" +
                                        name + "'");
  return "samples_" + name + "_" + task.run->date + ".jsonl";
}

/// Samples first: where the results file stands, they stand.
void add_part(const RunFacts& part,
              const Tasks& tasks,
              bool texts,
              std::vector<ExportedFile>& files) {
  const std::filesystem::path folder = folder_name(part.model.name);
  Json hashes = Json::object();
  for (const TaskFacts* task : tasks) {
    auto samples = sample_lines(task->record);
    hashes[task->record.name] = sha256(samples.hashes);
    if (texts)
      files.push_back({.path = folder / samples_name(*task), .content = std::move(samples.lines)});
  }
  const RunRecord run = record_of(part, tasks);
  Json results = {{"results", results_block(run, tasks)}};
  add_task_blocks(run, tasks, results);
  results["config"] = config_block(run);
  add_environment(part, results);
  results["task_hashes"] = hashes;
  add_tracker(part, results);
  files.push_back({.path = folder / ("results_" + part.date + ".json"),
                   .content = results.dump(2, ' ', false, Json::error_handler_t::replace)});
}

}  // namespace

std::vector<ExportedFile> lm_eval_files(const Facts& run, const RunExportSettings& settings) {
  std::vector<ExportedFile> files;
  for (const auto& part : run.parts) {
    Tasks tasks;
    for (const TaskFacts& task : run.tasks) {
      if (task.run == part) tasks.push_back(&task);
    }
    add_part(*part, tasks, settings.texts.value_or(true), files);
  }
  return files;
}

}  // namespace smdm
