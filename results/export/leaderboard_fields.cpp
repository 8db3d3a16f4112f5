// The one table of a leaderboard entry's fields.
#include "results/export/leaderboard_fields.hpp"

#include <algorithm>
#include <cmath>

#include "base/numbers/finite.hpp"
#include "base/text/numbers.hpp"
#include "base/text/python.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/statistics/clusters.hpp"
#include "results/statistics/paired_difference.hpp"

namespace smdm {
namespace {

using layout::finite_or_null;
using layout::or_null;
using Source = EntrySource;

// Values that take more than reading one fact.

Json data_digests(const Source& source) {
  Json digests = Json::array();
  for (const DataFacts& file : source.task.data) {
    if (file.sha256) digests.push_back(*file.sha256);
  }
  return digests;
}

const MetricRecord& metric_of(const Source& source) {
  return source.task.record.metrics[source.metric];
}

const Summary& score_of(const Source& source) {
  return source.task.scores[source.metric];
}

Json interval_of(const Source& source) {
  const MetricRecord& metric = metric_of(source);
  if (!all_finite(metric.values)) return nullptr;
  return layout::interval_json(metric_interval(metric.info, metric.values, source.clusters));
}

Json bound_of(const Source& source) {
  return bound_name(source.task, metric_of(source).info);
}

/// An older run does not say which documents belong together.
Json if_clusters_are_known(const Source& source, Json value) {
  return says_clusters(source.task.record) ? std::move(value) : Json(nullptr);
}

/// Ranks follow from all entries of a leaderboard, not from one run: rank_entries() gives them.
Json not_ranked(const Source& /*source*/) {
  return 1;
}

/// What is left of the settings when estimator and guidance have fields of their own. Lists, which
/// only files with all settings have, stand as their text: a budget holds plain values. A flag that
/// is off says nothing. How the masks of another family than SMDM's are read is a choice as well.
Json budget_of(const Source& source) {
  const TaskSettings& settings = source.task.settings;
  static constexpr auto is_own_field = [](const std::string& key) {
    return key == "estimator" || key == "sampler" || key == "cfg" || key == "cfg_second";
  };
  Json budget = Json::object();
  for (const auto& [key, value] : settings.known().items()) {
    if (is_own_field(key) || value == false) continue;
    budget[key] = settings.all && value.is_structured() ? Json(value.dump()) : value;
  }
  const ModelFacts& model = source.task.run->model;
  if (!model.family || *model.family == "smdm") return budget;
  if (model.mask_id) budget["mask_id"] = *model.mask_id;
  if (model.shifted == true) budget["shift"] = "on";
  return budget;
}

// Cells of the Markdown table.

std::string fixed_or(const Json& value, const char* absent) {
  constexpr int kDigits = 4;
  return value.is_number() ? fixed_text(value.get<double>(), kDigits) : absent;
}

std::string metric_cell(const Json& entry) {
  return metric_name(entry) + (entry.at("direction") == "higher" ? " ↑" : " ↓");
}

std::string value_cell(const Json& entry) {
  return fixed_or(entry.at("value"), "not finite");
}

/// "2", "1-3"
std::string rank_cell(const Json& entry) {
  const Json& rank = entry.at("rank");
  const auto low = value_text(rank.at("low"));
  const auto high = value_text(rank.at("high"));
  return low == high ? low : low + "-" + high;
}

std::string stderr_cell(const Json& entry) {
  return fixed_or(entry.at("stderr"), "N/A");
}

std::string mc_stderr_cell(const Json& entry) {
  return fixed_or(entry.at("mc_stderr"), "N/A");
}

std::string interval_cell(const Json& entry) {
  const Json& interval = entry.at("interval");
  if (!interval.is_array()) return "N/A";
  std::string text = "[";
  text.append(fixed_or(interval.at(0), "N/A")).append(", ").append(fixed_or(interval.at(1), "N/A"));
  return text += ']';
}

/// "mc_samples=128 mc_strata=32"
std::string budget_cell(const Json& entry) {
  std::string text;
  for (const auto& [key, value] : entry.at("budget").items()) {
    if (!text.empty()) text += ' ';
    text.append(key).append("=").append(value_text(value));
  }
  return text;
}

/// "0.1.0 1d78d4f"
std::string engine_cell(const Json& entry) {
  constexpr std::size_t kRevisionDigits = 7;
  std::string engine = value_text(entry.at("engine").at("version"));
  const auto revision = value_text(entry.at("engine").at("git_revision"));
  if (!revision.empty()) engine.append(" ").append(revision, 0, kRevisionDigits);
  return engine;
}

constexpr LeaderboardField field(const char* pointer, Json (*from)(const Source& source)) {
  return {.pointer = pointer, .from = from};
}

constexpr LeaderboardField kFields[] = {
    field("/embedded", [](const Source& s) -> Json { return s.task.run->embedded; }).identifies(14),
    field("/model/id", [](const Source& s) -> Json { return s.task.run->model.name; })
        .in_csv(11, "model")
        .in_markdown({.place = 5, .title = "Model"}),
    field("/model/kind", [](const Source& s) -> Json { return or_null(s.task.run->model.kind); })
        .identifies(8)
        .in_csv(12, "kind")
        .in_markdown({.place = 6, .title = "Kind"}),
    field("/model/dtype", [](const Source& s) -> Json { return or_null(s.task.run->model.dtype); })
        .identifies(9)
        .in_csv(13, "dtype"),
    field("/model/rope_tables",
          [](const Source& s) -> Json { return or_null(s.task.run->model.rope_tables); })
        .identifies(10)
        .in_csv(14, "rope_tables"),
    field("/model/parameters",
          [](const Source& s) -> Json { return or_null(s.task.run->model.parameters); })
        .in_csv(15, "parameters"),
    field("/model/weights_sha256",
          [](const Source& s) -> Json { return or_null(s.task.run->model.weights_sha256); })
        .identifies(11)
        .in_csv(16, "weights_sha256"),
    field("/model/config_sha256",
          [](const Source& s) -> Json { return or_null(s.task.run->model.config_sha256); })
        .identifies(12),
    field("/model/tokenizer_sha256",
          [](const Source& s) -> Json { return or_null(s.task.run->model.tokenizer_sha256); })
        .identifies(13),
    field("/model/training_flops",
          [](const Source& s) -> Json { return s.task.run->model.training_flops; })
        .in_csv(17, "training_flops"),
    field("/task/name", [](const Source& s) -> Json { return s.task.record.name; })
        .identifies(1)
        .in_csv(1, "task")
        .in_markdown({.place = 1, .title = "Task"}),
    field("/task/version", [](const Source& s) -> Json { return s.task.record.version; })
        .identifies(2)
        .in_csv(2, "task_version"),
    field("/task/data_sha256", data_digests).identifies(3).in_csv(24, "data_sha256"),
    field("/task/documents", [](const Source& s) -> Json { return s.task.record.samples.size(); })
        .identifies(4)
        .in_csv(23, "documents")
        .in_markdown({.place = 15, .title = "Docs", .align = Align::right}),
    field("/task/prompt_sha256", [](const Source& s) -> Json { return s.prompt_sha256; })
        .identifies(5)
        .in_csv(25, "prompt_sha256"),
    field("/metric/name", [](const Source& s) -> Json { return metric_of(s).info.name; })
        .identifies(6)
        .in_csv(3, "metric")
        .in_markdown({.place = 2, .title = "Metric", .text = metric_cell}),
    field("/metric/filter", [](const Source& s) -> Json { return metric_of(s).info.filter; })
        .identifies(7)
        .in_csv(4, "filter"),
    field("/metric/aggregation",
          [](const Source& s) -> Json { return metric_of(s).info.aggregation; })
        .in_csv(40, "aggregation"),
    field("/direction",
          [](const Source& s) -> Json {
            return metric_of(s).info.higher_is_better ? "higher" : "lower";
          })
        .result()
        .in_csv(5, "direction"),
    field("/value", [](const Source& s) -> Json { return finite_or_null(score_of(s).value); })
        .result()
        .in_csv(6, "value")
        .in_markdown({.place = 7, .title = "Value", .align = Align::right, .text = value_cell}),
    field("/rank/group", not_ranked)
        .in_csv(41, "rank_group")
        .in_markdown({.place = 3, .title = "Order", .align = Align::right}),
    field("/rank/low", not_ranked)
        .in_csv(42, "rank_low")
        .in_markdown({.place = 4, .title = "Rank", .align = Align::right, .text = rank_cell}),
    field("/rank/high", not_ranked).in_csv(43, "rank_high"),
    field("/rank/entries", not_ranked).in_csv(44, "rank_entries"),
    field("/stderr", [](const Source& s) -> Json { return or_null(score_of(s).standard_error); })
        .result()
        .in_csv(7, "stderr")
        .in_markdown({.place = 8, .title = "Stderr", .align = Align::right, .text = stderr_cell}),
    field("/stderr_clustered",
          [](const Source& s) {
            return if_clusters_are_known(s, or_null(score_of(s).clustered_error));
          })
        .result()
        .in_csv(45, "stderr_clustered"),
    field("/clusters",
          [](const Source& s) { return if_clusters_are_known(s, score_of(s).clusters); })
        .result()
        .in_csv(46, "clusters"),
    field("/mc_stderr",
          [](const Source& s) -> Json { return or_null(score_of(s).monte_carlo_error); })
        .result()
        .in_csv(8, "mc_stderr")
        .in_markdown(
            {.place = 9, .title = "MC stderr", .align = Align::right, .text = mc_stderr_cell}),
    field("/interval", interval_of)
        .result()
        .in_csv({.place = 9, .title = "interval_low", .pointer = "/interval/0"},
                {.place = 10, .title = "interval_high", .pointer = "/interval/1"})
        .in_markdown(
            {.place = 10, .title = "95 % interval", .align = Align::right, .text = interval_cell}),
    field("/bound", bound_of)
        .result()
        .in_csv(18, "bound")
        .in_markdown({.place = 11, .title = "Likelihood"}),
    field("/estimator", [](const Source& s) -> Json { return or_null(s.task.estimator); })
        .identifies(15)
        .in_csv(19, "estimator")
        .in_markdown({.place = 12, .title = "Estimator"}),
    field("/budget", budget_of)
        .identifies(16)
        .in_csv(20, "budget")
        .in_markdown({.place = 13, .title = "Budget", .text = budget_cell}),
    field("/cfg", [](const Source& s) -> Json { return or_null(s.task.cfg); })
        .identifies(17)
        .in_csv(21, "cfg")
        .in_markdown({.place = 14, .title = "CFG", .align = Align::right}),
    field("/cfg_second", [](const Source& s) -> Json { return or_null(s.task.cfg_second); })
        .identifies(18)
        .in_csv(22, "cfg_second"),
    field("/rows", [](const Source& s) -> Json { return or_null(s.task.rows); })
        .result()
        .in_csv(26, "rows"),
    field("/tokens", [](const Source& s) -> Json { return or_null(s.task.tokens); })
        .result()
        .in_csv(27, "tokens"),
    field("/forwards", [](const Source& s) -> Json { return or_null(s.task.forwards); })
        .result()
        .in_csv(28, "forwards"),
    field("/seconds", [](const Source& s) -> Json { return or_null(s.task.seconds); })
        .in_csv(29, "seconds"),
    field("/seed", [](const Source& s) -> Json { return s.task.seed; })
        .identifies(19)
        .in_csv(30, "seed")
        .in_markdown({.place = 16, .title = "Seed", .align = Align::right}),
    field("/engine/version", [](const Source& s) -> Json { return or_null(s.task.run->version); })
        .identifies(20)
        .in_csv(31, "engine_version")
        .in_markdown({.place = 17, .title = "Engine", .text = engine_cell}),
    field("/engine/git_revision",
          [](const Source& s) -> Json { return or_null(s.task.run->git_revision); })
        .identifies(21)
        .in_csv(32, "git_revision"),
    field("/engine/libtorch", [](const Source& s) -> Json { return or_null(s.task.run->libtorch); })
        .identifies(22)
        .in_csv(33, "libtorch"),
    field("/device", [](const Source& s) -> Json { return or_null(s.task.run->device); })
        .identifies(23)
        .in_csv(34, "device"),
    field("/processor", [](const Source& s) -> Json { return or_null(s.task.run->processor); })
        .identifies(24)
        .in_csv(35, "processor"),
    field("/command_line",
          [](const Source& s) -> Json { return or_null(s.task.run->command_line); })
        .in_csv(36, "command_line"),
    field("/date", [](const Source& s) -> Json { return s.task.run->date; }).in_csv(37, "date"),
    field("/samples/path", [](const Source& s) -> Json { return s.samples_path; })
        .in_csv(38, "samples_path"),
    field("/samples/sha256", [](const Source& s) -> Json { return s.samples_sha256; })
        .result()
        .in_csv(39, "samples_sha256")};

}  // namespace

std::span<const LeaderboardField> leaderboard_fields() {
  return kFields;
}

std::string value_text(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return python_float(value.get<double>());
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string metric_name(const Json& entry) {
  return value_text(entry.at("metric").at("name")) + "," +
         value_text(entry.at("metric").at("filter"));
}

}  // namespace smdm
