// From the JSON of a stored run to typed facts: every key that comparisons, gates, baselines and
// exports need is spelled here and nowhere else.
#include "results/run/facts.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "results/run/checked_json.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/sample_reader.hpp"
#include "results/statistics/clusters.hpp"

namespace smdm {
namespace {

/// Fields of one object of a file. Absent and null are the same: not known.
class Fields {
 public:
  /// @param where  begins the text of an error: the file and, of a task's block, the task
  Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

  [[nodiscard]] std::optional<std::string> text(const char* key) const {
    return read<std::string>(key, "a text", [](const Json& value) { return value.is_string(); });
  }
  [[nodiscard]] std::optional<double> number(const char* key) const {
    return read<double>(key, "a number", [](const Json& value) { return value.is_number(); });
  }
  [[nodiscard]] std::optional<std::int64_t> count(const char* key) const {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return read<std::int64_t>(key, "an integer that is not negative", [](const Json& value) {
      return is_natural(value) && value.get<std::uint64_t>() <= kLargest;
    });
  }
  [[nodiscard]] std::optional<std::vector<std::string>> texts(const char* key) const {
    return read<std::vector<std::string>>(key, "a list of texts", [](const Json& value) {
      return value.is_array() &&
             std::ranges::all_of(value, [](const Json& text) { return text.is_string(); });
    });
  }
  [[nodiscard]] std::optional<bool> flag(const char* key) const {
    return read<bool>(key, "true or false", [](const Json& value) { return value.is_boolean(); });
  }
  /// An object or a number whose members or digits nobody here looks at.
  [[nodiscard]] Json whole(const char* key, const char* words, bool (*fits)(const Json&)) const {
    return read<Json>(key, words, fits).value_or(Json(nullptr));
  }

 private:
  template <typename T>
  std::optional<T> read(const char* key, const char* words, bool (*fits)(const Json&)) const {
    const auto found = object_.find(key);
    if (found == object_.end() || found->is_null()) return std::nullopt;
    if (fits(*found)) return found->get<T>();
    throw Error(ErrorKind::results,
                where_ + ": " + key + ": wanted " + words + ", got " + found->dump());
  }

  const Json& object_;
  std::string where_;
};

/// What files have that do not say all settings in one place. A setting that is newer than
/// `settings` of a task's block has no place here: no file without that object has it.
constexpr std::array kOlderSettings = {
    "estimator",    "estimator_rule", "mc_samples",   "mc_strata", "max_rows",  "target_error",
    "racing_error", "racing_rows",    "prompt_reuse", "packing",   "sampler",   "steps",
    "stages",       "total_length",   "temperature",  "cfg",       "cfg_second"};

ModelFacts model_of(const RunRecord& run, const std::string& where) {
  const Json block =
      Fields(run.smdm_eval, where).whole("model", "an object", [](const Json& value) {
        return value.is_object();
      });
  const Fields model(block, where + ": model");
  return {.name = run.model.name,
          .kind = model.text("kind"),
          .parameters = run.model.parameters,
          .dtype = run.model.dtype,
          .arithmetic = model.text("dtype"),
          .rope_tables = model.text("rope_tables"),
          .family = model.text("family"),
          .mask_id = model.count("mask_id"),
          .shifted = model.flag("shifted"),
          .weights_sha256 = model.text("weights_sha256"),
          .config_sha256 = model.text("config_sha256"),
          .tokenizer_sha256 = model.text("tokenizer_sha256"),
          .training_flops = model.whole("training_flops", "a number",
                                        [](const Json& value) { return value.is_number(); })};
}

RunFacts run_of(const StoredRun& stored) {
  const RunRecord& run = stored.run;
  const std::string where = stored.results_file.string();
  const Fields own(run.smdm_eval, where);
  return {.results_file = stored.results_file,
          .date = stored.date,
          .digest = sha256(stored.results.dump(-1, ' ', false, Json::error_handler_t::replace)),
          .embedded = run.smdm_eval.contains("data_set"),
          .model = model_of(run, where),
          .version = own.text("version"),
          .git_revision = run.git_hash,
          .libtorch = own.text("libtorch"),
          .environment = run.environment,
          .device = own.text("device"),
          .processor = own.text("processor"),
          .bit_reproducible = own.flag("bit_reproducible").value_or(false),
          .command_line = own.texts("command_line"),
          .seed = run.config.seed,
          .checkpoint = run.model,
          .config = run.config,
          .groups = run.groups,
          .start_s = run.start_s,
          .seconds = run.seconds};
}

std::optional<double> known_number(const Json& row, const std::string& key) {
  const auto found = row.find(key);
  if (found == row.end() || !found->is_number()) return std::nullopt;  // null or "N/A"
  return found->get<double>();
}

TaskSummary scores_of(const Json& results, const TaskRecord& task) {
  const Json& row = results.at("results").at(task.name);
  const Json& own = results.at("smdm_eval").at("tasks").at(task.name);
  const auto clustered = own.find(kClusteredErrors);
  const auto clusters = count_clusters(clusters_of(task), task.samples.size());
  TaskSummary scores;
  scores.reserve(task.metrics.size());
  for (const MetricRecord& metric : task.metrics) {
    const auto key = metric_key(metric.info);
    const auto standard_error = known_number(row, stderr_key(metric.info));
    scores.push_back(
        {.value = number_or_nan(row.at(key)),
         .standard_error = standard_error,
         .monte_carlo_error = known_number(row, mc_stderr_key(metric.info)),
         .clustered_error = clustered == own.end() ? standard_error : known_number(*clustered, key),
         .clusters = clusters});
  }
  return scores;
}

std::vector<DataFacts> data_of(const Json& block, const std::string& where) {
  std::vector<DataFacts> data;
  for (const Json& file : block.value("data", Json::array())) {
    if (!file.is_object()) continue;
    const Fields fields(file, where + ": data");
    data.push_back({.path = fields.text("path").value_or(""), .sha256 = fields.text("sha256")});
  }
  return data;
}

/// lm-eval evaluates the test split where a task names one.
DatasetFacts dataset_of(const Json& config, const std::string& where) {
  const Fields fields(config, where + ": configs");
  auto split = fields.text("test_split");
  if (!split) split = fields.text("validation_split");
  return {.path = fields.text("dataset_path"),
          .subset = fields.text("dataset_name"),
          .split = std::move(split)};
}

/// A fact that stood beside the settings before they had a place of their own.
Json setting(const TaskSettings& settings, const char* key) {
  for (const Json* values : {&settings.older, &settings.known()}) {
    const auto found = values->find(key);
    if (found != values->end()) return *found;
  }
  return nullptr;
}

/// Fills what the task's block and samples say of how it was computed, and at what cost.
void add_computation(const std::string& where, TaskFacts& task) {
  const Json& block = task.record.extra;
  task.settings = task_settings(block);
  Json named = Json::object();
  for (const char* key : {"estimator", "sampler", "cfg", "cfg_second"})
    named[key] = setting(task.settings, key);
  const Fields settings(named, where);
  task.estimator = settings.text("estimator");
  if (!task.estimator) task.estimator = settings.text("sampler");
  task.cfg = settings.number("cfg");
  task.cfg_second = settings.number("cfg_second");
  const Fields own(block, where);
  task.seed = block.contains("seed") ? natural(block.at("seed"), where + ": seed") : task.run->seed;
  task.depends_on_seed = depends_on_seed(task.record);
  task.bounds = bounds_of(task.record);
  task.data = data_of(block, where);
  task.dataset = dataset_of(task.record.config, where);
  task.rows = own.count("rows");
  task.tokens = own.count("tokens");
  task.forwards = own.count("forwards");
  task.seconds = own.number("seconds");
}

TaskFacts task_of(const std::shared_ptr<const RunFacts>& run,
                  const Json& results,
                  TaskRecord record) {
  TaskFacts task;
  task.run = run;
  task.record = std::move(record);
  const std::string& name = task.record.name;
  const std::string where = run->results_file.string() + ": " + name;
  task.scores = scores_of(results, task.record);
  const Json& counts = results.at("n-samples").at(name);
  task.documents = Fields(counts, where + ": n-samples").count("effective").value_or(0);
  task.samples_file =
      run->results_file.parent_path() / ("samples_" + name + "_" + run->date + ".jsonl");
  const Json& block = results.at("smdm_eval").at("tasks").at(name);
  task.samples_sha256 = Fields(block, where).text(kSamplesDigest);
  add_computation(where, task);
  return task;
}

void add_part(StoredRun stored, Facts& facts) {
  try {
    facts.parts.push_back(std::make_shared<const RunFacts>(run_of(stored)));
    for (TaskRecord& record : stored.run.tasks)
      facts.tasks.push_back(task_of(facts.parts.back(), stored.results, std::move(record)));
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::results,
                stored.results_file.string() + ": not a results file of ours: " + error.what());
  }
}

/// Whether texts were drawn: noise of a temperature, or a random order of unmasking.
bool is_random_generation(const Json& settings) {
  return settings.value("temperature", 0.0) != 0.0 ||
         settings.value("sampler", std::string()) == "ancestral";
}

template <typename Visit>
void for_each_estimate(const SampleRecord& sample, const Visit& visit) {
  if (const auto* choices = std::get_if<std::vector<ChoiceRecord>>(&sample.outcome)) {
    for (const ChoiceRecord& choice : *choices) visit(choice.estimate);
  } else if (const auto* text = std::get_if<TextRecord>(&sample.outcome)) {
    visit(text->estimate);
  }
}

}  // namespace

std::pair<const Json&, const Json&> comparable(const TaskSettings& a, const TaskSettings& b) {
  if (a.all && b.all) return {*a.all, *b.all};
  return {a.older, b.older};
}

bool same_settings(const TaskSettings& a, const TaskSettings& b) {
  const auto [of_a, of_b] = comparable(a, b);
  // A type whose members have no order.
  return nlohmann::json(of_a) == nlohmann::json(of_b);
}

std::vector<const TaskFacts*> tasks_by_name(const Facts& run) {
  std::vector<const TaskFacts*> tasks;
  tasks.reserve(run.tasks.size());
  for (const TaskFacts& task : run.tasks) tasks.push_back(&task);
  std::ranges::stable_sort(tasks, {}, [](const TaskFacts* task) { return task->record.name; });
  return tasks;
}

Facts facts_of(WholeRun run) {
  Facts facts{.name = std::move(run.name), .parts = {}, .tasks = {}};
  for (StoredRun& part : run.parts) add_part(std::move(part), facts);
  return facts;
}

Facts read_facts(const std::filesystem::path& path) {
  return facts_of(read_whole_run(path));
}

void refuse_same_run(const Facts& a, const Facts& b, const std::string& what) {
  for (const auto& one : a.parts) {
    for (const auto& other : b.parts) {
      if (one->digest != other->digest) continue;
      throw Error(ErrorKind::results, what + ": wanted different runs, got the same one twice: " +
                                          one->results_file.string() + " and " +
                                          other->results_file.string());
    }
  }
}

void refuse_repeated_runs(std::span<const Facts> runs, const std::string& what) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) refuse_same_run(runs[j], runs[i], what);
  }
}

TaskSettings task_settings(const Json& block) {
  TaskSettings settings;
  for (const char* key : kOlderSettings) {
    const auto found = block.find(key);
    if (found != block.end()) settings.older[key] = *found;
  }
  const auto all = block.find("settings");
  if (all != block.end() && all->is_object()) {
    settings.all = *all;
    settings.all->erase("seed");  // runs that differ in nothing else are repeats
  }
  return settings;
}

bool depends_on_seed(const TaskRecord& task) {
  bool random = false;
  for (const SampleRecord& sample : task.samples) {
    if (const auto* generation = std::get_if<GenerationRecord>(&sample.outcome))
      random = random || is_random_generation(generation->settings);
    for_each_estimate(sample, [&](const Estimate& estimate) {
      // A bound without an error is one over every subset of the target.
      random = random || (estimate.bound == Bound::lower && estimate.standard_error != 0.0);
    });
  }
  return random;
}

std::vector<Bound> bounds_of(const TaskRecord& task) {
  std::set<Bound> bounds;
  for (const SampleRecord& sample : task.samples) {
    for_each_estimate(sample, [&](const Estimate& estimate) { bounds.insert(estimate.bound); });
  }
  return {bounds.begin(), bounds.end()};
}

std::string bound_name(const TaskFacts& task, const Metric& metric) {
  if (metric.filter == kAnyOrderFilter) return kAnyOrderFilter;
  std::string names;
  for (const Bound bound : task.bounds)
    names.append(names.empty() ? "" : "+").append(to_string(bound));
  return names.empty() ? "none" : names;
}

}  // namespace smdm
