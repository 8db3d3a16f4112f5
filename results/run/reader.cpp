// A results file read back into the record it was written from, with checks of every field.
#include "results/run/reader.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "base/metrics/list.hpp"
#include "base/text/json_text.hpp"
#include "base/text/utf8.hpp"
#include "results/run/checked_json.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/sample_reader.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "results_";
constexpr std::string_view kSuffix = ".json";

constexpr const char* kForeign =
    "wanted a results file of smdm-eval, got one without its block \"smdm_eval\"";

bool is_results_name(const std::string& name) {
  return name.starts_with(kPrefix) && name.ends_with(kSuffix);
}

std::string date_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (!is_results_name(name)) {
    throw Error(ErrorKind::results, "wanted a file results_<date>.json, got " + file.string());
  }
  return name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
}

/// Whether a name is one that runs are given, "results_2024-09-01T12-34-56.123456.json": what is
/// not JSON under it is a run that was damaged, not another program's text.
bool is_name_of_run(const std::string& name) {
  constexpr std::string_view kPattern = "dddd-dd-ddTdd-dd-dd.dddddd";
  const auto date = std::string_view(name).substr(kPrefix.size());
  if (date.size() != kPattern.size() + kSuffix.size()) return false;
  return std::equal(kPattern.begin(), kPattern.end(), date.begin(), [](char wanted, char c) {
    return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted;
  });
}

bool has_own_block(const Json& results) {
  return results.is_object() && results.contains("smdm_eval");
}

/// Whether a file that is no JSON is another program's all the same, and not a run that was
/// damaged: lm-eval's own files may have Python's names of numbers that are not finite.
bool is_foreign(const fs::path& file) {
  const auto text = read_file(file, ErrorKind::results);
  try {
    const auto json = parse_json(unicode::without_byte_order_mark(text), Numbers::with_names);
    return json.is_object() && !has_own_block(json);
  } catch (const JsonTextError&) {
    return false;
  }
}

Json parse_file(const fs::path& file) {
  const auto text = read_file(file, ErrorKind::results);
  try {
    return stored_json(text, "JSON");
  } catch (const Error& error) {
    throw Error(ErrorKind::results, file.string() + ": " + error.what());
  }
}

template <typename T>
std::optional<T> optional_field(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return found->get<T>();
}

/// The piece and the id of "tokenizer_eos_token": ["</s>", "2"].
void read_token(const Json& results,
                const char* key,
                std::optional<std::string>& piece,
                std::optional<std::int64_t>& id) {
  const auto found = results.find(key);
  if (found == results.end()) return;
  if (!found->at(0).is_null()) piece = found->at(0).get<std::string>();
  id = std::stoll(found->at(1).get<std::string>());
}

ModelRecord model_from(const Json& results) {
  ModelRecord model;
  model.name = results.at("model_name");
  model.parameters = optional_field<std::int64_t>(results.at("config"), "model_num_parameters");
  model.dtype = optional_field<std::string>(results.at("config"), "model_dtype");
  read_token(results, "tokenizer_bos_token", model.bos, model.bos_id);
  read_token(results, "tokenizer_eos_token", model.eos, model.eos_id);
  model.max_length = optional_field<std::int64_t>(results, "max_length");
  return model;
}

ConfigRecord config_from(const Json& results, const std::string& model) {
  const Json& stored = results.at("config");
  ConfigRecord config;
  const std::string arguments = stored.at("model_args");
  const std::string before = "pretrained=" + model;
  if (!arguments.starts_with(before)) {
    throw Error(ErrorKind::results,
                "wanted model_args that start with " + before + ", got " + arguments);
  }
  if (arguments.size() > before.size()) config.arguments = arguments.substr(before.size() + 1);
  config.batch_size = optional_field<std::int64_t>(stored, "batch_size");
  config.device = stored.at("device");
  config.limit = optional_field<double>(stored, "limit");
  config.generation = optional_field<std::string>(stored, "gen_kwargs");
  config.seed = natural(stored.at("random_seed"), "random_seed");
  return config;
}

OutputType output_type_from(const std::string& name) {
  for (const OutputType type : {OutputType::multiple_choice, OutputType::loglikelihood,
                                OutputType::loglikelihood_rolling, OutputType::generate_until}) {
    if (name == to_string(type)) return type;
  }
  throw Error(ErrorKind::results, "wanted an output_type, got '" + name + "'");
}

/// The alias that was given, if it is another one than the name.
std::optional<std::string> alias_from(const Json& results, const std::string& name) {
  constexpr std::string_view kBelowGroup = " - ";
  std::string alias = results.at("results").at(name).at("alias");
  if (alias.starts_with(kBelowGroup)) alias.erase(0, kBelowGroup.size());
  if (alias == name) return std::nullopt;
  return alias;
}

void want(bool fits, const std::string& where, const char* type, const Json& got) {
  if (!fits)
    throw Error(ErrorKind::results, where + ": wanted " + type + ", got " + json_text(got));
}

/// What is read of a task's block elsewhere must have the right type.
void check_types(const Json& extra, const std::string& task) {
  for (const auto& [key, value] : extra.items()) {
    const std::string where = std::string(task).append(": ").append(key);
    if (key == "seed") static_cast<void>(natural(value, where));
    if (key == "estimator" || key == "sampler") want(value.is_string(), where, "a name", value);
    if (key == "data") want(value.is_array(), where, "a list of files", value);
  }
}

/// Likewise of the block of the run.
void check_types(const Json& own) {
  for (const auto& [key, value] : own.items()) {
    if (key == "bit_reproducible") want(value.is_boolean(), key, "true or false", value);
    if (key == "model") want(value.is_object(), key, "an object", value);
  }
}

TaskRecord task_from(const Json& results, const std::string& name, const Json& own) {
  TaskRecord task;
  task.name = name;
  task.alias = alias_from(results, name);
  task.version = results.at("versions").at(name);
  task.shots = results.at("n-shot").at(name);
  task.output_type = output_type_from(own.at("output_type"));
  task.config = results.at("configs").at(name);
  const Json& counts = results.at("n-samples").at(name);
  task.documents = static_cast<std::int64_t>(natural(counts.at("original"), "n-samples"));
  for (const Json& metric : own.at("metrics")) {
    task.metrics.push_back({.info = metric_from(metric), .values = {}});
  }
  for (const auto& [key, value] : own.items()) {
    const bool known = key == "output_type" || key == "metrics" || key == kSamplesDigest ||
                       key == kClusteredErrors;
    if (!known) task.extra[key] = value;
  }
  check_types(task.extra, name);
  return task;
}

std::vector<GroupRecord> groups_from(const Json& results) {
  std::vector<GroupRecord> groups;
  for (const auto& [name, tasks] : results.at("group_subtasks").items()) {
    if (tasks.empty()) continue;  // lm-eval's mark of a task on its own
    groups.push_back({.name = name,
                      .alias = alias_from(results, name),
                      .tasks = tasks.get<std::vector<std::string>>()});
  }
  return groups;
}

void check_schema(const Json& results) {
  if (!has_own_block(results)) throw Error(ErrorKind::results, kForeign);
  check_schema_version(results.at("smdm_eval").at("schema"), kResultsSchema, "a results file");
}

RunRecord run_from(const Json& results) {
  check_schema(results);
  RunRecord run;
  run.model = model_from(results);
  run.config = config_from(results, run.model.name);
  for (const auto& [key, value] : results.at("smdm_eval").items()) {
    if (key != "schema" && key != "tasks") run.smdm_eval[key] = value;
  }
  check_types(run.smdm_eval);
  for (const auto& [name, own] : results.at("smdm_eval").at("tasks").items()) {
    run.tasks.push_back(task_from(results, name, own));
  }
  run.groups = groups_from(results);
  run.start_s = results.at("start_time");
  run.seconds = std::stod(results.at("total_evaluation_time_seconds").get<std::string>());
  run.git_hash = optional_field<std::string>(results, "git_hash");
  run.environment = results.at("pretty_env_info");
  return run;
}

std::vector<SamplesPromise> promises_from(const Json& results, const RunRecord& run) {
  std::vector<SamplesPromise> promises;
  promises.reserve(run.tasks.size());
  for (const TaskRecord& task : run.tasks) {
    const Json& own = results.at("smdm_eval").at("tasks").at(task.name);
    const Json& counts = results.at("n-samples").at(task.name);
    promises.push_back({.samples = natural(counts.at("effective"), "n-samples"),
                        .hash = results.at("task_hashes").at(task.name),
                        .file = optional_field<std::string>(own, kSamplesDigest)});
  }
  return promises;
}

}  // namespace

Metric metric_from(const Json& json) {
  Metric metric = find_metric(json.at("name"), json.at("aggregation"));
  metric.filter = json.at("filter");
  const bool higher_is_better = json.at("higher_is_better");
  if (higher_is_better != metric.higher_is_better) {
    throw Error(ErrorKind::results, std::string("wanted higher_is_better = ") +
                                        (metric.higher_is_better ? "true" : "false") + " of " +
                                        metric_key(metric) + ", got the opposite");
  }
  return metric;
}

std::vector<fs::path> results_files(const fs::path& folder) {
  auto files = entries_of(folder, ErrorKind::results);
  std::erase_if(files, [](const fs::path& file) {
    return !is_results_name(file.filename().string()) || is_folder(file);
  });
  return files;
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  auto folders = entries_of(folder, ErrorKind::results);
  std::erase_if(folders, [](const fs::path& entry) { return !is_folder(entry); });
  return folders;
}

std::optional<ResultsFile> read_results_file(const fs::path& file) {
  ResultsFile read{.path = file};
  try {
    read.results = parse_file(file);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::results) throw;
    if (is_name_of_run(file.filename().string()) && !is_foreign(file)) throw;
    return std::nullopt;
  }
  if (!has_own_block(read.results)) return std::nullopt;
  const auto date = read.results.find("date");
  if (date == read.results.end() || !date->is_number()) {
    throw Error(ErrorKind::results, file.string() + ": wanted a number in \"date\", got " +
                                        (date == read.results.end() ? "none" : json_text(*date)));
  }
  read.date = date->get<double>();
  return read;
}

bool older(const ResultsFile& a, const ResultsFile& b) {
  if (a.date != b.date) return a.date < b.date;
  return std::pair(a.path.filename(), a.path) < std::pair(b.path.filename(), b.path);
}

void refuse_without_run(const fs::path& folder) {
  std::string text = "wanted a run (results_<date>.json) in " + folder.string() + ", found none";
  const auto others = results_files(folder);
  if (!others.empty())
    text.append("; ").append(others.front().string()).append(": ").append(kForeign);
  throw Error(ErrorKind::results, text);
}

std::optional<ResultsFile> latest_run(const fs::path& folder) {
  std::optional<ResultsFile> latest;
  for (const auto& file : results_files(folder)) {
    auto read = read_results_file(file);
    if (read && (!latest || older(*latest, *read))) latest = std::move(read);
  }
  return latest;
}

StoredRun read_run(ResultsFile found, Samples samples) {
  StoredRun stored;
  stored.results_file = std::move(found.path);
  stored.date = date_of(stored.results_file);
  stored.results = std::move(found.results);
  std::vector<SamplesPromise> promises;
  try {
    stored.run = run_from(stored.results);
    promises = promises_from(stored.results, stored.run);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::results,
                stored.results_file.string() + ": not a results file of ours: " + error.what());
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::results, stored.results_file.string() + ": " + error.what());
  }
  if (samples == Samples::leave) return stored;
  for (std::size_t i = 0; i < promises.size(); ++i) {
    TaskRecord& task = stored.run.tasks[i];
    const fs::path file =
        stored.results_file.parent_path() / ("samples_" + task.name + "_" + stored.date + ".jsonl");
    read_samples(file, promises[i], task);
  }
  return stored;
}

StoredRun read_run(const fs::path& path, Samples samples) {
  const auto state = look_at(path);
  if (state.standing == Standing::nothing || state.standing == Standing::unknown)
    throw Error(ErrorKind::results,
                "wanted a run at " + path.string() + ", found " + in_words(state));
  if (state.standing != Standing::folder) {
    static_cast<void>(date_of(path));  // a wrong name is found before a large file is read
    return read_run({.path = path, .results = parse_file(path)}, samples);
  }
  auto latest = latest_run(path);
  if (!latest) refuse_without_run(path);
  return read_run(*std::move(latest), samples);
}

}  // namespace smdm
