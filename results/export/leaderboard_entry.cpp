// The first part of leaderboard.hpp: from a run to entries.
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/files/read.hpp"
#include "results/export/leaderboard.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/statistics/paired_difference.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using layout::finite_or_null;
using layout::or_null;

/// A field, or null.
Json field(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? Json(nullptr) : *found;
}

Json model_of(const RunTask& task) {
  const Json model = task.part->run.smdm_eval.value("model", Json::object());
  return {{"id", task.part->run.model.name},
          {"kind", field(model, "kind")},
          {"dtype", or_null(task.part->run.model.dtype)},
          {"rope_tables", field(model, "rope_tables")},
          {"parameters", or_null(task.part->run.model.parameters)},
          {"weights_sha256", field(model, "weights_sha256")},
          {"config_sha256", field(model, "config_sha256")},
          {"tokenizer_sha256", field(model, "tokenizer_sha256")},
          {"training_flops", field(model, "training_flops")}};
}

/// One digest over the first prompts of all documents, end to end in their order.
std::string prompt_hash(const TaskRecord& task) {
  std::string all;
  for (const SampleRecord& sample : task.samples) all += hashes_of(sample).prompt;
  return sha256(all);
}

Json data_digests(const TaskRecord& task) {
  Json digests = Json::array();
  for (const Json& file : task.extra.value("data", Json::array())) {
    if (file.is_object() && file.contains("sha256")) digests.push_back(file.at("sha256"));
  }
  return digests;
}

Json task_of(const TaskRecord& task) {
  return {{"name", task.name},
          {"version", task.version},
          {"data_sha256", data_digests(task)},
          {"documents", task.samples.size()},
          {"prompt_sha256", prompt_hash(task)}};
}

/// What is left of the settings when estimator and guidance have fields of their own.
Json budget_of(const Json& settings) {
  Json budget = Json::object();
  for (const auto& [key, value] : settings.items()) {
    const bool own_field =
        key == "estimator" || key == "sampler" || key == "cfg" || key == "cfg_second";
    if (!own_field) budget[key] = value;
  }
  return budget;
}

Json bound_of(const TaskRecord& task) {
  const auto bounds = bounds_of(task);
  return bounds.size() == 1 ? Json(to_string(bounds.front())) : Json(nullptr);
}

std::string digest_of(const fs::path& file) {
  const auto bytes = read_file(file);
  if (!bytes) throw Error(ErrorKind::results, "cannot read " + file.string());
  return sha256(*bytes);
}

Json interval_of(const MetricRecord& metric) {
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(metric.values.begin(), metric.values.end(), finite)) return nullptr;
  const auto interval = metric_interval(metric.info, metric.values);
  return interval ? Json::array({finite_or_null(interval->low), finite_or_null(interval->high)})
                  : Json(nullptr);
}

/// What all metrics of a task have in common.
struct TaskFields {
  Json model, task, samples;
};

Json entry_of(const RunTask& task, const TaskFields& fields, const MetricRecord& metric) {
  const StoredRun& part = *task.part;
  const Json& own = part.run.smdm_eval;
  const Json& extra = task.task->extra;
  const Json settings = task_settings(*task.task);
  const Json& scores = part.results.at("results").at(task.task->name);
  const Json error = scores.at(stderr_key(metric.info));
  return {{"embedded", own.contains("data_set")},
          {"model", fields.model},
          {"task", fields.task},
          {"metric", {{"name", metric.info.name}, {"filter", metric.info.filter}}},
          {"direction", metric.info.higher_is_better ? "higher" : "lower"},
          {"value", scores.at(metric_key(metric.info))},
          {"stderr", error.is_number() ? error : Json(nullptr)},
          {"mc_stderr", or_null(monte_carlo_error(task, metric.info))},
          {"interval", interval_of(metric)},
          {"bound", bound_of(*task.task)},
          {"estimator",
           settings.contains("estimator") ? settings.at("estimator") : field(settings, "sampler")},
          {"budget", budget_of(settings)},
          {"cfg", field(settings, "cfg")},
          {"cfg_second", field(settings, "cfg_second")},
          {"rows", field(extra, "rows")},
          {"tokens", field(extra, "tokens")},
          {"forwards", field(extra, "forwards")},
          {"seconds", field(extra, "seconds")},
          {"seed", seed_of(task)},
          {"engine",
           {{"version", field(own, "version")},
            {"git_revision", or_null(part.run.git_hash)},
            {"libtorch", field(own, "libtorch")}}},
          {"device", field(own, "device")},
          {"processor", field(own, "processor")},
          {"command_line", field(own, "command_line")},
          {"date", part.date},
          {"samples", fields.samples}};
}

void add_entries(const RunTask& task, const fs::path& folder, std::vector<Json>& entries) {
  const auto file = samples_file(task);
  const auto path = fs::absolute(file).lexically_normal().lexically_proximate(
      fs::absolute(folder).lexically_normal());
  const TaskFields fields{
      .model = model_of(task),
      .task = task_of(*task.task),
      .samples = {{"path", path.generic_string()}, {"sha256", digest_of(file)}}};
  for (const MetricRecord& metric : task.task->metrics) {
    entries.push_back(entry_of(task, fields, metric));
    check_entry(entries.back());
  }
}

}  // namespace

std::vector<Json> leaderboard_entries(const WholeRun& run, const fs::path& folder) {
  std::vector<Json> entries;
  for (const RunTask& task : tasks_of(run)) {
    const auto where = task.part->results_file.string() + ": " + task.task->name + ": ";
    try {
      add_entries(task, folder, entries);
    } catch (const Json::exception& error) {
      throw Error(ErrorKind::results, where + "not a results file of ours: " + error.what());
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::results) throw;
      throw Error(ErrorKind::results, where + error.what());
    }
  }
  return entries;
}

std::string entry_identity(const Json& entry) {
  Json identity = Json::array();
  for (const char* key : {"name", "version", "data_sha256", "documents", "prompt_sha256"})
    identity.push_back(entry.at("task").at(key));
  for (const char* key : {"name", "filter"}) identity.push_back(entry.at("metric").at(key));
  for (const char* key :
       {"kind", "dtype", "rope_tables", "weights_sha256", "config_sha256", "tokenizer_sha256"})
    identity.push_back(entry.at("model").at(key));
  for (const char* key : {"embedded", "estimator", "budget", "cfg", "cfg_second", "seed", "engine",
                          "device", "processor"})
    identity.push_back(entry.at(key));
  return identity.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace smdm
