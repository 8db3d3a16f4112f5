// Markdown tables aligned for a terminal, and the tables of a run.
#include "results/show/table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "base/numbers/mean.hpp"
#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "base/text/width.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_parts.hpp"

namespace smdm {
namespace {

/// Text of a cell: on one line, and no end of the cell within it.
std::string escaped(std::string cell) {
  for (char& c : cell) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  std::string out;
  for (const char c : visible(cell)) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string spaces(std::size_t count) {
  return std::string(count, ' ');
}

std::string aligned(const std::string& cell, std::size_t width, Align align) {
  const std::string padding = spaces(width - display_width(cell));
  return align == Align::right ? padding + cell : cell + padding;
}

std::string centred(const std::string& title, std::size_t width) {
  const std::size_t free = width - display_width(title);
  return spaces(free / 2) + title + spaces(free - free / 2);
}

std::string rule(std::size_t width, Align align) {
  return std::string(width - 1, '-') + (align == Align::right ? ":" : "-");
}

std::string four_decimals(double value) {
  return fixed_text(value, 4);
}

std::string stderr_text(const std::optional<double>& standard_error) {
  if (!standard_error || !std::isfinite(*standard_error)) return "N/A";
  return four_decimals(*standard_error);
}

/// The error that is shown: over clusters, where they are known.
std::optional<double> shown_error(const Summary& summary) {
  return summary.clusters == 0 ? summary.standard_error : summary.clustered_error;
}

/// Indices of a task's metrics in the order of lm-eval's table: by "acc,none".
std::vector<std::size_t> metrics_by_key(const TaskRecord& task) {
  std::vector<std::size_t> order(task.metrics.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return metric_key(task.metrics[a].info) < metric_key(task.metrics[b].info);
  });
  return order;
}

/// What errors over clusters are, and what lm-eval's are; nothing where they are the same.
std::string cluster_note(const TaskRecord& task, const TaskSummary& summary) {
  const bool differs = std::ranges::any_of(summary, [](const Summary& one) {
    return one.clusters != 0 && one.clustered_error != one.standard_error;
  });
  if (!differs) return "";
  std::string note = "Stderr of " + visible(task.name) + ": over " +
                     std::to_string(summary.front().clusters) +
                     (summary.front().clusters == 1 ? " cluster of " : " clusters of ") +
                     std::to_string(task.samples.size()) + " documents; lm-eval's, over documents:";
  for (const std::size_t i : metrics_by_key(task)) {
    note.append(" ").append(display_name(task.metrics[i].info)).append(" ");
    note.append(stderr_text(summary.at(i).standard_error));
  }
  return note + "\n";
}

using Rows = std::vector<std::vector<std::string>>;

void append_task(const TaskRecord& task,
                 const TaskSummary& summary,
                 const std::string& alias,
                 bool with_monte_carlo,
                 Rows& rows) {
  bool first = true;
  for (const std::size_t i : metrics_by_key(task)) {
    const Metric& info = task.metrics[i].info;
    rows.push_back({first ? alias : "", first ? short_text(task.version) : "", info.filter,
                    std::to_string(task.shots), info.name, info.higher_is_better ? "↑" : "↓",
                    four_decimals(summary.at(i).value), "±",
                    stderr_text(shown_error(summary.at(i)))});
    if (with_monte_carlo) rows.back().push_back(stderr_text(summary.at(i).monte_carlo_error));
    first = false;
  }
}

/// What follows the group's name in the task's: "a" of g_a; empty if it is not named after it.
std::string name_in_group(const GroupRecord& group, const TaskRecord& task) {
  const std::string before = group.name + "_";
  return task.name.starts_with(before) ? task.name.substr(before.size()) : "";
}

bool same_metrics(const TaskRecord& a, const TaskRecord& b) {
  const auto same = [](const MetricRecord& x, const MetricRecord& y) {
    return metric_key(x.info) == metric_key(y.info);
  };
  return std::equal(a.metrics.begin(), a.metrics.end(), b.metrics.begin(), b.metrics.end(), same);
}

/// Indices of a group's tasks, in its order, if it asks one thing in several ways; else nothing.
std::vector<std::size_t> ways_of_asking(const RunRecord& run, const GroupRecord& group) {
  std::vector<std::size_t> ways;
  for (const std::string& name : group.tasks) {
    const auto task = std::find_if(run.tasks.begin(), run.tasks.end(),
                                   [&](const TaskRecord& one) { return one.name == name; });
    if (task == run.tasks.end() || name_in_group(group, *task).empty()) return {};
    ways.push_back(static_cast<std::size_t>(task - run.tasks.begin()));
    if (!same_metrics(run.tasks[ways.front()], *task)) return {};
    if (task->output_type == OutputType::loglikelihood_rolling) return {};  // see period_table()
  }
  return ways;
}

std::string comparison_table(const RunRecord& run,
                             const std::vector<TaskSummary>& summaries,
                             const GroupRecord& group,
                             std::span<const std::size_t> ways) {
  std::vector<Column> columns = {{.title = group.alias.value_or(group.name)}};
  for (const std::size_t way : ways) {
    columns.push_back({.title = name_in_group(group, run.tasks[way]), .align = Align::right});
  }
  Rows rows;
  const TaskRecord& first = run.tasks[ways.front()];
  for (const std::size_t metric : metrics_by_key(first)) {
    const Metric& info = first.metrics[metric].info;
    auto& row = rows.emplace_back();
    row.push_back(display_name(info) + (info.higher_is_better ? " ↑" : " ↓"));
    for (const std::size_t way : ways) {
      const Summary& summary = summaries.at(way).at(metric);
      row.push_back(four_decimals(summary.value) + " ± " + stderr_text(shown_error(summary)));
    }
  }
  return markdown_table(columns, rows);
}

/// A metric over repeats of a run.
struct Repeated {
  const TaskRecord* task = nullptr;
  const Metric* metric = nullptr;
  std::size_t runs = 0;
  double mean = 0.0;
  std::optional<double> sd;  ///< of single runs
};

std::vector<Repeated> repeated(const RunRecord& run,
                               const std::vector<std::vector<TaskSummary>>& repeats) {
  std::vector<Repeated> all;
  for (std::size_t t = 0; t < run.tasks.size(); ++t) {
    for (const std::size_t m : metrics_by_key(run.tasks[t])) {
      // Whether a target is enumerated may depend on the draws, and further metrics with it.
      const bool in_all = std::ranges::all_of(
          repeats, [&](const auto& summaries) { return m < summaries.at(t).size(); });
      if (!in_all) continue;
      std::vector<double> values;
      values.reserve(repeats.size());
      for (const auto& summaries : repeats) values.push_back(summaries.at(t).at(m).value);
      auto sd = mean_standard_error(values);
      if (sd) *sd *= std::sqrt(static_cast<double>(values.size()));
      all.push_back({.task = &run.tasks[t],
                     .metric = &run.tasks[t].metrics[m].info,
                     .runs = values.size(),
                     .mean = mean(values),
                     .sd = sd});
    }
  }
  return all;
}

}  // namespace

std::string markdown_table(std::span<const Column> columns,
                           std::span<const std::vector<std::string>> rows) {
  constexpr std::size_t kNarrowest = 3;  // what Markdown wants of a rule
  std::vector<std::size_t> widths;
  for (const Column& column : columns)
    widths.push_back(std::max(kNarrowest, display_width(column.title)));
  Rows cells;
  for (const auto& row : rows) {
    if (row.size() != columns.size()) {
      throw std::invalid_argument("markdown_table: wanted " + std::to_string(columns.size()) +
                                  " cells in a row, got " + std::to_string(row.size()));
    }
    auto& line = cells.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      line.push_back(escaped(row[i]));
      widths[i] = std::max(widths[i], display_width(line.back()));
    }
  }
  std::string titles = "|";
  std::string rules = "|";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    titles += centred(columns[i].title, widths[i]) + "|";
    rules += rule(widths[i], columns[i].align) + "|";
  }
  std::string table = titles + "\n" + rules + "\n";
  for (const auto& line : cells) {
    table += '|';
    for (std::size_t i = 0; i < line.size(); ++i)
      table += aligned(line[i], widths[i], columns[i].align) + "|";
    table += '\n';
  }
  return table;
}

std::string results_table(const RunRecord& run, const std::vector<TaskSummary>& summaries) {
  const bool with_monte_carlo = std::ranges::any_of(summaries, [](const TaskSummary& task) {
    return std::ranges::any_of(task,
                               [](const Summary& s) { return s.monte_carlo_error.has_value(); });
  });
  std::vector<Column> columns = {{.title = "Tasks"},
                                 {.title = "Version", .align = Align::right},
                                 {.title = "Filter"},
                                 {.title = "n-shot", .align = Align::right},
                                 {.title = "Metric"},
                                 {.title = ""},
                                 {.title = "Value", .align = Align::right},
                                 {.title = ""},
                                 {.title = "Stderr", .align = Align::right}};
  if (with_monte_carlo) columns.push_back({.title = "MC stderr", .align = Align::right});
  Rows rows;
  std::string notes;
  for (const DisplayRow& row : display_rows(run)) {
    if (row.group != nullptr) {
      rows.push_back({row.alias, "N/A"});
      rows.back().resize(columns.size());
    } else {
      append_task(run.tasks[row.task], summaries.at(row.task), row.alias, with_monte_carlo, rows);
      notes += cluster_note(run.tasks[row.task], summaries.at(row.task));
    }
  }
  return markdown_table(columns, rows) + (notes.empty() ? "" : "\n" + notes);
}

std::string repeatability_table(const RunRecord& run,
                                const std::vector<std::vector<TaskSummary>>& repeats) {
  const std::vector<Column> columns = {{.title = "Repeats of"},
                                       {.title = "Metric"},
                                       {.title = "Runs", .align = Align::right},
                                       {.title = "Mean", .align = Align::right},
                                       {.title = "s.d.", .align = Align::right}};
  Rows rows;
  for (const Repeated& one : repeated(run, repeats)) {
    rows.push_back({one.task->name, metric_key(*one.metric), std::to_string(one.runs),
                    four_decimals(one.mean), one.sd ? four_decimals(*one.sd) : "N/A"});
  }
  return markdown_table(columns, rows);
}

Json repeatability_json(const RunRecord& run,
                        const std::vector<std::vector<TaskSummary>>& repeats) {
  Json all = Json::array();
  for (const Repeated& one : repeated(run, repeats)) {
    all.push_back({{"task", one.task->name},
                   {"name", one.metric->name},
                   {"filter", one.metric->filter},
                   {"runs", one.runs},
                   {"mean", layout::finite_or_null(one.mean)},
                   {"sd", layout::or_null(one.sd)}});
  }
  return all;
}

std::string comparison_tables(const RunRecord& run, const std::vector<TaskSummary>& summaries) {
  std::string tables;
  for (const GroupRecord& group : run.groups) {
    const auto ways = ways_of_asking(run, group);
    if (!ways.empty()) tables.append("\n").append(comparison_table(run, summaries, group, ways));
  }
  return tables;
}

}  // namespace smdm
