// Records of Every Eval Ever, schema 0.3.0 (github.com/evaleval/every_eval_ever): one for each task
// of a run, with a result for each metric. All that the schema has no field for stands as texts in
// its additional details.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/files/digest.hpp"
#include "base/numbers/finite.hpp"
#include "base/text/python.hpp"
#include "results/export/every_eval_ever_parts.hpp"
#include "results/export/leaderboard_fields.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/model_name.hpp"
#include "results/statistics/clusters.hpp"
#include "results/statistics/paired_difference.hpp"

namespace smdm {
namespace eee {
namespace {

/// Texts by name, without those that are not known.
class Details {
 public:
  void add(const char* key, const Json& value) {
    if (!value.is_null()) texts_[key] = value_text(value);
  }
  template <typename T>
  void add(const char* key, const std::optional<T>& value) {
    if (value) add(key, Json(*value));
  }
  void add_all(const Json& values) {
    for (const auto& [key, value] : values.items()) add(key.c_str(), value);
  }
  [[nodiscard]] const Json& json() const { return texts_; }

 private:
  Json texts_ = Json::object();
};

Json model_info(const Record& record) {
  const RunFacts& run = *record.task.run;
  const ModelFacts& model = run.model;
  const auto& given = record.settings.availability;
  Details details;
  details.add("deployment_type", Json("self_deployed"));
  details.add("model_availability",
              Json(given.value_or(run.embedded ? "open_weights" : "unknown")));
  details.add("kind", model.kind);
  details.add("family", model.family);
  details.add("parameters", model.parameters);
  details.add("dtype", model.arithmetic);
  details.add("rope_tables", model.rope_tables);
  details.add("mask_id", model.mask_id);
  details.add("shifted_logits", model.shifted);
  details.add("training_flops", model.training_flops);
  details.add("weights_sha256", model.weights_sha256);
  details.add("config_sha256", model.config_sha256);
  details.add("tokenizer_sha256", model.tokenizer_sha256);
  return {
      {"name", record.model},
      {"id", record.model_id},
      {"developer", record.developer},
      {"inference_engine", {{"name", "smdm-eval"}, {"version", run.version.value_or("unknown")}}},
      {"additional_details", details.json()}};
}

Json library(const RunFacts& run) {
  Details details;
  details.add("git_revision", run.git_revision);
  details.add("libtorch", run.libtorch);
  return {{"name", "smdm-eval"},
          {"version", run.version.value_or("unknown")},
          {"additional_details", details.json()}};
}

Json source_metadata(const RunExportSettings& settings) {
  return {{"source_name", "smdm-eval"},
          {"source_type", "evaluation_run"},
          {"source_organization_name", settings.organization},
          {"evaluator_relationship", settings.relationship}};
}

/// Data of a micro world are nobody's data set, whatever the task they are asked as.
Json source_data(const TaskFacts& task) {
  Details details;
  std::string digests;
  for (const DataFacts& file : task.data) {
    if (file.sha256) digests.append(digests.empty() ? "" : " ").append(*file.sha256);
  }
  details.add("data_sha256", digests.empty() ? Json(nullptr) : Json(digests));
  details.add("task_version", Json(task.record.version));
  const auto& path = task.dataset.path;
  if (task.run->embedded || !path) {
    return {{"dataset_name", path.value_or(task.record.name)},
            {"source_type", "other"},
            {"additional_details", details.json()}};
  }
  details.add("hf_subset", task.dataset.subset);
  Json source = {
      {"dataset_name", task.record.name}, {"source_type", "hf_dataset"}, {"hf_repo", *path}};
  if (task.dataset.split) source["hf_split"] = *task.dataset.split;
  source["samples_number"] = task.record.documents;
  source["additional_details"] = details.json();
  return source;
}

/// JSON has no number for an end that there is none of.
Json bound_json(double bound) {
  if (std::isfinite(bound)) return bound;
  return bound > 0 ? "Infinity" : "-Infinity";
}

Json metric_config(const TaskFacts& task, const Metric& metric) {
  Details details;
  details.add("filter", Json(metric.filter));
  details.add("aggregation", Json(metric.aggregation));
  details.add("likelihood", Json(bound_name(task, metric)));
  return {{"metric_id", metric.name == "acc" ? "accuracy" : metric.name},
          {"metric_name", display_name(metric)},
          {"lower_is_better", !metric.higher_is_better},
          {"score_type", "continuous"},
          {"min_score", bound_json(metric.lowest)},
          {"max_score", bound_json(metric.highest)},
          {"additional_details", details.json()}};
}

bool is_finite(const std::optional<double>& value) {
  return value && std::isfinite(*value);
}

Json uncertainty(const TaskFacts& task, std::size_t index) {
  const MetricRecord& metric = task.record.metrics[index];
  const Summary& score = task.scores[index];
  Json json = {{"num_samples", task.record.samples.size()}};
  if (const auto& error = score.clustered_error; error && std::isfinite(*error)) {
    json["standard_error"] = {
        {"value", *error},
        {"method", metric.info.is_mean ? "analytic, over clusters of documents"
                                       : "bootstrap, over clusters of documents"}};
    if (!metric.info.is_mean) json["num_bootstrap_samples"] = kBootstrapResamples;
  }
  if (!all_finite(metric.values)) return json;
  const auto interval = metric_interval(metric.info, metric.values, clusters_of(task.record));
  if (!interval || !std::isfinite(interval->low) || !std::isfinite(interval->high)) return json;
  json["confidence_interval"] = {
      {"lower", interval->low},
      {"upper", interval->high},
      {"confidence_level", kIntervalLevel},
      {"method", metric.info.document == DocumentValue::verdict
                     ? "Wilson"
                     : (metric.info.is_mean ? "Student's t" : "bootstrap")}};
  return json;
}

Json score_details(const TaskFacts& task, std::size_t index) {
  const Summary& score = task.scores[index];
  Details details;
  if (is_finite(score.monte_carlo_error))
    details.add("monte_carlo_standard_error", score.monte_carlo_error);
  if (is_finite(score.standard_error))
    details.add("standard_error_over_documents", score.standard_error);
  details.add("clusters", Json(score.clusters));
  // Rounding can carry a value beyond its bounds by some last bits, which the format refuses.
  const Metric& metric = task.record.metrics[index].info;
  return {{"score", std::clamp(score.value, metric.lowest, metric.highest)},
          {"details", details.json()},
          {"uncertainty", uncertainty(task, index)}};
}

/// The fields that the schema has for generations.
Json generation_args(const Json& settings) {
  constexpr std::array<std::pair<const char*, const char*>, 4> kFields = {
      {{"temperature", "temperature"},
       {"top_p", "top_p"},
       {"top_k", "top_k"},
       {"gen_length", "max_tokens"}}};
  Json args = Json::object();
  for (const auto& [ours, theirs] : kFields) {
    const auto found = settings.find(ours);
    if (found != settings.end() && found->is_number()) args[theirs] = *found;
  }
  return args;
}

/// How the numbers came about and what they took.
Json generation_config(const TaskFacts& task) {
  const RunFacts& run = *task.run;
  Details details;
  details.add_all(task.settings.known());
  details.add("estimator", task.estimator);
  details.add("seed", Json(task.seed));
  details.add("num_fewshot", Json(task.record.shots));
  details.add("rows", task.rows);
  details.add("tokens", task.tokens);
  details.add("forwards", task.forwards);
  details.add("seconds", task.seconds);
  details.add("device", run.device);
  details.add("processor", run.processor);
  details.add("bit_reproducible", Json(run.bit_reproducible));
  Json config = {{"additional_details", details.json()}};
  if (task.record.output_type == OutputType::generate_until)
    config["generation_args"] = generation_args(task.settings.known());
  return config;
}

Json results_of(const Record& record) {
  const TaskFacts& task = record.task;
  Json results = Json::array();
  for (std::size_t i = 0; i < task.record.metrics.size(); ++i) {
    if (!std::isfinite(task.scores[i].value)) continue;
    const Metric& metric = task.record.metrics[i].info;
    results.push_back({{"evaluation_result_id", result_id(record, metric)},
                       {"evaluation_name", evaluation_name(task, metric)},
                       {"source_data", source_data(task)},
                       {"evaluation_timestamp", python_float(task.run->start_s)},
                       {"metric_config", metric_config(task, metric)},
                       {"score_details", score_details(task, i)},
                       {"generation_config", generation_config(task)}});
  }
  return results;
}

void add_files(const TaskFacts& task,
               const RunExportSettings& settings,
               std::vector<ExportedFile>& files) {
  const Record record = record_of(task, settings);
  Json json = {{"schema_version", kSchema},
               {"evaluation_id", record.evaluation},
               {"evaluation_timestamp", python_float(task.run->start_s)},
               {"retrieved_timestamp", record.created},
               {"source_metadata", source_metadata(settings)},
               {"eval_library", library(*task.run)},
               {"model_info", model_info(record)},
               {"evaluation_results", results_of(record)}};
  std::size_t rows = 0;
  auto samples = sample_rows(record, rows);
  if (rows > 0) {
    const auto path = record.path("_samples.jsonl");
    json["detailed_evaluation_results"] = {{"format", "jsonl"},
                                           {"file_path", path},
                                           {"hash_algorithm", "sha256"},
                                           {"checksum", sha256(samples)},
                                           {"total_rows", rows}};
    files.push_back({.path = path, .content = std::move(samples)});
  }
  files.push_back({.path = record.path(".json"),
                   .content = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"});
}

}  // namespace

std::string path_part(const std::string& name) {
  auto part = portable_name(name);
  while (part.ends_with('.')) part.back() = '_';
  const auto stem = part.substr(0, part.find('.'));
  std::string upper;
  for (const char c : stem) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  // Names of devices on some systems.
  constexpr std::array kReserved = {"CON", "PRN", "AUX", "NUL"};
  const bool device = std::ranges::find(kReserved, upper) != kReserved.end() ||
                      (upper.size() == 4 && (upper.starts_with("COM") || upper.starts_with("LPT")));
  if (part.empty() || device || part == "data") part.insert(0, 1, '_');
  return part;
}

std::string uuid_of(const std::string& text) {
  auto digits = sha256(text).substr(0, 32);
  digits[12] = '4';  // the version
  constexpr std::string_view kVariant = "89ab";
  digits[16] = kVariant[static_cast<unsigned char>(digits[16]) % kVariant.size()];
  for (const std::size_t place : {20U, 16U, 12U, 8U}) digits.insert(place, 1, '-');
  return digits;
}

std::string Record::path(const std::string& end) const {
  return "data/" + collection + "/" + developer + "/" + model + "/" + uuid + end;
}

Record record_of(const TaskFacts& task, const RunExportSettings& settings) {
  const RunFacts& run = *task.run;
  Record record{
      .task = task,
      .settings = settings,
      .collection = path_part(settings.collection),
      .developer = path_part(settings.developer.value_or(run.embedded ? "smdm-eval" : "local")),
      .model = path_part(short_model_name(run.model.name)),
      .model_id = {},
      .created = python_float(run.start_s + run.seconds),
      .evaluation = {},
      .uuid = {}};
  record.model_id = record.developer + "/" + record.model;
  record.evaluation = task.record.name + "/" + record.model_id + "/" + record.created;
  record.uuid = uuid_of(std::string("every-eval-ever ") + kSchema + "\n" + run.digest + "\n" +
                        task.record.name);
  return record;
}

std::string result_id(const Record& record, const Metric& metric) {
  return record.uuid + "/" + metric_key(metric);
}

std::string evaluation_name(const TaskFacts& task, const Metric& metric) {
  return task.record.name + (metric.filter == "none" ? "" : "/" + metric.filter);
}

}  // namespace eee

std::vector<ExportedFile> every_eval_ever_files(const Facts& run,
                                                const RunExportSettings& settings) {
  std::vector<ExportedFile> files;
  for (const TaskFacts* task : tasks_by_name(run)) eee::add_files(*task, settings, files);
  return files;
}

}  // namespace smdm
