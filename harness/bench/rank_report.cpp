// The study of ranks as a table, whose cells are shares with their intervals, and as JSON.
#include <algorithm>

#include "base/text/numbers.hpp"
#include "harness/bench/rank.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

constexpr const char* kNone = "-";

std::string with_interval(double value, const std::optional<Interval>& interval, int digits) {
  auto text = fixed_text(value, digits);
  if (!interval) return text;
  text.append(" [").append(fixed_text(interval->low, digits)).append(", ");
  return text.append(fixed_text(interval->high, digits)).append("]");
}

/// The share of questions in per cent.
std::string same_cell(const Agreement& agreement) {
  constexpr double kPerCent = 100.0;
  auto interval = agreement.same_interval;
  if (interval) interval = {.low = kPerCent * interval->low, .high = kPerCent * interval->high};
  return with_interval(kPerCent * agreement.same, interval, 1);
}

std::string tau_cell(const Agreement& agreement) {
  if (!agreement.tau) return kNone;
  return with_interval(*agreement.tau, agreement.tau_interval, 2);
}

/// The metrics of all studies, in the order in which they come first.
std::vector<std::string> metrics_of(std::span<const RankStudy> studies) {
  std::vector<std::string> metrics;
  for (const auto& study : studies) {
    for (const auto& metric : study.metrics) {
      if (std::ranges::find(metrics, metric) == metrics.end()) metrics.push_back(metric);
    }
  }
  return metrics;
}

/// Two cells for each metric; empty ones where the task has it not.
void add_cells(const RankStudy& study,
               const RankedValue& value,
               std::span<const std::string> metrics,
               std::vector<std::string>& row) {
  for (const auto& metric : metrics) {
    const auto place = std::ranges::find(study.metrics, metric);
    if (place == study.metrics.end() || value.agreements.empty()) {
      const char* empty = place == study.metrics.end() ? "" : kNone;
      row.insert(row.end(), 2, empty);
      continue;
    }
    const auto m = static_cast<std::size_t>(place - study.metrics.begin());
    const auto agreement = agreement_of(value.agreements[m], study.clusters);
    row.push_back(same_cell(agreement));
    row.push_back(tau_cell(agreement));
  }
}

std::size_t questions_of(const RankStudy& study) {
  return study.clusters.size();
}

Json agreement_json(const Agreement& agreement) {
  return {{"same", agreement.same},
          {"same_interval", layout::interval_json(agreement.same_interval)},
          {"tau", layout::or_null(agreement.tau)},
          {"tau_interval", layout::interval_json(agreement.tau_interval)}};
}

Json value_json(const RankStudy& study, const RankedValue& value) {
  Json json = {{"value", value.name}, {"random", value.random}};
  if (value.agreements.empty()) {
    json["rows_per_choice"] = nullptr;
    json["metrics"] = nullptr;
    return json;
  }
  json["rows_per_choice"] = value.rows_per_choice;
  for (std::size_t m = 0; m < study.metrics.size(); ++m)
    json["metrics"][study.metrics[m]] =
        agreement_json(agreement_of(value.agreements[m], study.clusters));
  return json;
}

}  // namespace

std::string rank_table(std::span<const RankStudy> studies) {
  const auto metrics = metrics_of(studies);
  std::vector<Column> columns = {
      {.title = "Task"}, {.title = "Value"}, {.title = "Rows/choice", .align = Align::right}};
  for (const auto& metric : metrics) {
    columns.push_back({.title = metric + ": same, %", .align = Align::right});
    columns.push_back({.title = metric + ": tau", .align = Align::right});
  }
  std::vector<std::vector<std::string>> cells;
  for (const auto& study : studies) {
    auto name = study.task + " (" + std::to_string(questions_of(study)) + ")";
    for (const auto& value : study.values) {
      auto& row = cells.emplace_back(std::vector<std::string>{
          name, value.name,
          value.agreements.empty() ? kNone : fixed_text(value.rows_per_choice, 1)});
      add_cells(study, value, metrics, row);
      name.clear();
    }
  }
  return markdown_table(columns, cells);
}

Json to_json(const RankStudy& study) {
  Json values = Json::array();
  for (const auto& value : study.values) values.push_back(value_json(study, value));
  return {{"task", study.task}, {"questions", questions_of(study)}, {"values", values}};
}

}  // namespace smdm
