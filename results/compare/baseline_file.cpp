// Baselines as files: written compactly, and read back with checks that their numbers still belong
// together.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/files/read.hpp"
#include "base/text/python.hpp"
#include "results/compare/baseline.hpp"
#include "results/run/checked_json.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/statistics/paired_difference.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKind = "smdm_eval_baseline";
/// TaskSettings::all, where the runs say it; "settings" are those of the older keys.
constexpr const char* kAllSettings = "all_settings";

/// Verdicts as one text of digits, everything else as a list.
Json values_json(const Metric& metric, const std::vector<double>& values) {
  if (!are_verdicts(metric, values)) return values;
  std::string digits;
  for (const double value : values) digits += value == 0.0 ? '0' : '1';
  return digits;
}

std::vector<double> values_from(const Json& json) {
  if (!json.is_string()) return json.get<std::vector<double>>();
  std::vector<double> values;
  for (const char digit : json.get<std::string>()) {
    if (digit != '0' && digit != '1')
      throw Error(ErrorKind::results, std::string("wanted verdicts 0 and 1, got '") + digit + "'");
    values.push_back(digit == '1' ? 1.0 : 0.0);
  }
  return values;
}

Json metric_json(const BaselineMetric& metric) {
  Json documents = Json::array();
  for (const auto& values : metric.documents) documents.push_back(values_json(metric.info, values));
  return {{"name", metric.info.name},
          {"filter", metric.info.filter},
          {"aggregation", metric.info.aggregation},
          {"higher_is_better", metric.info.higher_is_better},
          {"n", metric.values.size()},
          {"mean", mean_of(metric)},
          {"repeatability_sd", layout::or_null(repeatability_of(metric))},
          {"mc_stderr", layout::or_null(metric.monte_carlo_error)},
          {"values", metric.values},
          {"documents", documents}};
}

Json task_json(const BaselineTask& task) {
  Json documents = Json::array();
  for (const DocumentKey& key : task.documents) documents.push_back(key.doc + key.asked);
  Json metrics = Json::array();
  for (const BaselineMetric& metric : task.metrics) metrics.push_back(metric_json(metric));
  Json json = {{"version", task.version},
               {"output_type", task.output_type},
               {"settings", task.settings.older},
               {"depends_on_seed", task.depends_on_seed},
               {"seeds", task.seeds},
               {"model", task.origin.model},
               {"build", task.origin.build},
               {"machine", task.origin.machine},
               {"bit_reproducible", task.origin.bit_reproducible}};
  if (task.settings.all) json[kAllSettings] = *task.settings.all;
  if (!task.answers.empty()) json["answers"] = task.answers;
  json["documents"] = documents;
  if (!task.clusters.empty()) json["clusters"] = task.clusters;
  json["metrics"] = metrics;
  return json;
}

DocumentKey key_from(const std::string& text) {
  if (text.size() != 2 * kBaselineDigits)
    throw Error(ErrorKind::results, "wanted a document's digests, got '" + text + "'");
  return {.doc = text.substr(0, kBaselineDigits), .asked = text.substr(kBaselineDigits)};
}

void check_metric(const BaselineTask& task, const BaselineMetric& metric, const Json& json) {
  const std::string where = task.name + ": " + metric_key(metric.info) + ": ";
  const std::size_t width = metric.info.width;
  const std::size_t repeats = task.seeds.size();
  bool fits = repeats > 0 && metric.values.size() == repeats &&
              metric.documents.size() == repeats && json.at("n") == repeats;
  for (const auto& values : metric.documents)
    fits = fits && !values.empty() && values.size() == task.documents.size() * width;
  if (!fits) {
    throw Error(ErrorKind::results,
                where + "wanted values of " + std::to_string(task.documents.size()) +
                    " documents for each of " + std::to_string(repeats) + " repeats");
  }
  constexpr double kRelative = 1e-9;  // exp has other last bits on another machine
  const auto agree = [](double stored, double computed) {
    return std::fabs(stored - computed) <= kRelative * std::max(1.0, std::fabs(computed));
  };
  bool agrees = agree(json.at("mean").get<double>(), mean_of(metric));
  const auto spread = repeatability_of(metric);
  const Json& stored = json.at("repeatability_sd");
  agrees =
      agrees && stored.is_null() == !spread && (!spread || agree(stored.get<double>(), *spread));
  for (std::size_t i = 0; i < repeats; ++i) {
    agrees = agrees && agree(metric.values[i], metric_value(metric.info, metric.documents[i]));
  }
  if (!agrees) {
    throw Error(ErrorKind::results,
                where +
                    "wanted values, mean and repeatability_sd as the documents give them: the "
                    "file was changed since it was written");
  }
}

/// The error cannot be computed from what a baseline keeps, but that of a mean has a largest value:
/// a document's mean is known to half the range of its values, and these vary independently. Others
/// have none: a perplexity from a few draws may well be less than its error.
double largest_error(const BaselineMetric& metric) {
  if (!metric.info.is_mean) return std::numeric_limits<double>::infinity();
  const auto& first = metric.documents.front();
  double range = 1.0;
  for (const double value : first) range = std::max(range, std::fabs(value));
  return range / std::sqrt(static_cast<double>(first.size()));
}

void check_error(const BaselineTask& task, const BaselineMetric& metric) {
  if (!metric.monte_carlo_error) return;
  const double error = *metric.monte_carlo_error;
  const double largest = largest_error(metric);
  if (std::isfinite(error) && error >= 0.0 && error <= largest) return;
  const auto range = std::isfinite(largest) ? "0 to " + python_float(largest) : "0 or more";
  throw Error(ErrorKind::results, task.name + ": " + metric_key(metric.info) +
                                      ": wanted an mc_stderr of " + range + ", got " +
                                      python_float(error));
}

BaselineMetric baseline_metric_from(const BaselineTask& task, const Json& json) {
  BaselineMetric metric;
  metric.info = metric_from(json);
  metric.values = json.at("values").get<std::vector<double>>();
  for (const Json& values : json.at("documents")) metric.documents.push_back(values_from(values));
  const Json& error = json.at("mc_stderr");
  if (!error.is_null()) metric.monte_carlo_error = error.get<double>();
  check_metric(task, metric, json);
  check_error(task, metric);
  return metric;
}

/// A run's documents are put beside them in document_order().
void check_order(const BaselineTask& task) {
  const auto order = document_order(task.documents);
  if (!std::is_sorted(order.begin(), order.end()))
    throw Error(ErrorKind::results, task.name + ": wanted documents sorted by their digests");
}

std::vector<std::uint64_t> seeds_from(const Json& json) {
  std::vector<std::uint64_t> seeds;
  for (const Json& seed : json) seeds.push_back(natural(seed, "seeds"));
  return seeds;
}

BaselineTask task_from(const std::string& name, const Json& json) {
  BaselineTask task;
  task.name = name;
  task.version = json.at("version");
  task.output_type = json.at("output_type");
  task.settings.older = json.at("settings");
  if (json.contains(kAllSettings)) task.settings.all = json.at(kAllSettings);
  task.depends_on_seed = json.at("depends_on_seed");
  task.seeds = seeds_from(json.at("seeds"));
  task.origin = {.model = json.at("model"),
                 .build = json.at("build"),
                 .machine = json.at("machine"),
                 .bit_reproducible = json.at("bit_reproducible")};
  for (const Json& key : json.at("documents")) task.documents.push_back(key_from(key));
  check_order(task);
  if (json.contains("clusters"))
    task.clusters = json.at("clusters").get<std::vector<std::string>>();
  if (!task.clusters.empty() && task.clusters.size() != task.documents.size())
    throw Error(ErrorKind::results, name + ": wanted a cluster of each document, or none");
  if (json.contains("answers")) task.answers = json.at("answers").get<std::vector<std::string>>();
  for (const Json& metric : json.at("metrics"))
    task.metrics.push_back(baseline_metric_from(task, metric));
  if (!task.answers.empty() && task.answers.size() != task.seeds.size())
    throw Error(ErrorKind::results,
                name + ": wanted a digest of the answers of each repeat, or none");
  return task;
}

Baseline baseline_from(const Json& json) {
  if (!json.is_object() || !json.contains(kKind))
    throw Error(ErrorKind::results,
                "wanted a baseline (smdm-eval compare --make-baseline), got another file");
  check_schema_version(json.at(kKind), kBaselineSchema, "a baseline");
  Baseline baseline;
  baseline.repeats = json.at("repeats").get<std::vector<std::string>>();
  for (const auto& [name, task] : json.at("tasks").items())
    baseline.tasks.push_back(task_from(name, task));
  return baseline;
}

}  // namespace

std::string baseline_text(const Baseline& baseline) {
  Json tasks = Json::object();
  for (const BaselineTask& task : baseline.tasks) tasks[task.name] = task_json(task);
  const Json file = {{kKind, kBaselineSchema}, {"repeats", baseline.repeats}, {"tasks", tasks}};
  // Lists of numbers would take a line for each of them.
  return file.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Baseline read_baseline(const fs::path& path) {
  const auto text = read_file(path, ErrorKind::results, Input::stream);
  try {
    return baseline_from(stored_json(text, "a baseline"));
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::results,
                path.string() + ": not a baseline, or truncated: " + error.what());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::results) throw;
    throw Error(ErrorKind::results, path.string() + ": " + error.what());
  }
}

}  // namespace smdm
