// Tasks by runs: a table to look at, and one with every number.
#include "base/text/numbers.hpp"
#include "results/report/sections.hpp"
#include "results/run/order_totals.hpp"

namespace smdm::report {
namespace {

std::string direction_of(const Metric& metric) {
  return metric.higher_is_better ? "higher" : "lower";
}

/// What the number is that a likelihood's metric rests on.
std::string bound_words(const std::optional<std::string>& bound) {
  if (!bound) return "no likelihood";
  if (*bound == "lower") return "lower bound";
  if (*bound == "chain_rule") return "chain rule";
  if (*bound == "score") return "ranking score";
  if (*bound == kAnyOrderFilter) return "any-order likelihood";
  return *bound;
}

std::string value_with_error(const MetricResult& result) {
  auto text = number_text(result.value);
  if (result.standard_error) text += " ± " + number_text(result.standard_error);
  return text;
}

constexpr std::size_t kFirstRun = 3;  // the columns before say what the row is about

std::vector<Cell> begun_row(const Report& report, const MetricResult& result) {
  std::vector<Cell> row = {{.text = report.tasks[result.task].name},
                           {.text = result.metric},
                           {.text = direction_of(result.info)}};
  row.resize(kFirstRun + report.runs.size(), {.text = "–"});
  return row;
}

/// Values of an autoregressive model rest on the likelihood itself: they stand beside those by the
/// any-order likelihood, too.
void add_exact_ones(std::span<const MetricResult> before,
                    const MetricResult& any_order,
                    std::vector<Cell>& row) {
  for (const auto& other : before) {
    if (other.task == any_order.task && other.info.name == any_order.info.name &&
        other.info.filter == "none" && other.bound == "exact")
      row[kFirstRun + other.run] = {.text = value_with_error(other), .value = other.value};
  }
}

/// A row for each metric of a task, a column for each run.
Html values_table(const Report& report, std::span<const MetricResult> results) {
  Table values{.id = "values",
               .caption = "Values ± standard errors over documents",
               .heads = {{.title = "Task"}, {.title = "Metric"}, {.title = "Better"}},
               .rows = {}};
  for (const auto& run : report.runs) values.heads.push_back({.title = run.label, .number = true});
  const MetricResult* row = nullptr;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& result = results[i];
    if (row == nullptr || row->task != result.task || row->metric != result.metric) {
      values.rows.push_back(begun_row(report, result));
      if (result.info.filter == kAnyOrderFilter)
        add_exact_ones(results.first(i), result, values.rows.back());
      row = &result;
    }
    values.rows.back()[kFirstRun + result.run] = {.text = value_with_error(result),
                                                  .value = result.value};
  }
  return table(values);
}

std::vector<Cell> result_row(const Report& report, const MetricResult& result) {
  return {
      {.text = report.tasks[result.task].name},
      {.text = result.metric},
      {.text = label_of(report, result.run)},
      {.text = number_text(result.value), .value = result.value},
      {.text = number_text(result.standard_error), .value = result.standard_error},
      {.text = number_text(result.mc_standard_error), .value = result.mc_standard_error},
      {.text = interval_text(result.interval)},
      {.text = bound_words(result.bound)},
      {.text = number_text(result.any_order), .value = result.any_order},
      {.text = std::to_string(result.documents), .value = static_cast<double>(result.documents)},
      {.text = std::to_string(result.clusters), .value = static_cast<double>(result.clusters)}};
}

Html results_table(const Report& report, std::span<const MetricResult> results) {
  Table all{.id = "results",
            .caption = "Every value with its errors",
            .heads = {{.title = "Task"},
                      {.title = "Metric"},
                      {.title = "Run"},
                      {.title = "Value", .number = true},
                      {.title = "Standard error", .number = true},
                      {.title = "Monte Carlo error", .number = true},
                      {.title = "95 % interval"},
                      {.title = "Rests on"},
                      {.title = "By any-order likelihood", .number = true},
                      {.title = "Documents", .number = true},
                      {.title = "Clusters", .number = true}},
            .rows = {}};
  for (const auto& result : results) all.rows.push_back(result_row(report, result));
  return table(all);
}

std::string seconds_text(double seconds) {
  constexpr double kMinute = 60.0;
  if (seconds < kMinute) return fixed_text(seconds, 0) + " s";
  if (seconds < kMinute * kMinute) return fixed_text(seconds / kMinute, 0) + " min";
  return fixed_text(seconds / kMinute / kMinute, 1) + " h";
}

std::string progress_text(const Progress& progress) {
  auto text = std::to_string(progress.done) + " of " + std::to_string(progress.documents) +
              " documents, " + progress.state;
  if (progress.state == "running" && progress.seconds_left)
    text += ", about " + seconds_text(*progress.seconds_left) + " left";
  return text + " (as of " + progress.updated + " UTC)";
}

Html progress_of(const Report& report) {
  Html items;
  for (const auto& run : report.runs) {
    if (!run.progress) continue;
    const auto& progress = *run.progress;
    Html item;
    item << run_text("strong", run.label) << text(": ")
         << tag("progress",
                {{"max", std::to_string(progress.documents)},
                 {"value", std::to_string(progress.done)},
                 {"aria-label", "documents done of " + run.label}},
                "")
         << text(" ") << tag("span", {}, progress_text(progress));
    items << tag("li", {}, item);
  }
  if (items.empty()) return {};
  Html html;
  html << tag("h3", {}, "Runs that are not complete") << tag("ul", {{"class", "progress"}}, items);
  return html;
}

Html runs_list(const Report& report) {
  Table runs{.id = "runs",
             .caption = "Runs",
             .heads = {{.title = "Run"},
                       {.title = "Model"},
                       {.title = "Kind"},
                       {.title = "Date"},
                       {.title = "Where it lies"}},
             .rows = {}};
  for (const auto& run : report.runs)
    runs.rows.push_back({{.text = run.label},
                         {.text = run.model.empty() ? "not complete" : run.model},
                         {.text = run.kind.value_or("")},
                         {.text = run.date},
                         {.text = run.name}});
  return table(runs);
}

}  // namespace

Html overview_section(const Report& report, std::span<const MetricResult> results) {
  Html content;
  content << tag("h2", {}, "Overview") << progress_of(report);
  if (results.empty()) {
    content << tag("p", {{"class", "absent"}}, "No run is complete, so that there are no values.");
  } else {
    content << values_table(report, results)
            << tag("p", {{"class", "note"}},
                   "A standard error is over documents, or over clusters of documents that belong "
                   "together; the Monte Carlo error is what other mask draws would change, and is "
                   "part of it. Likelihoods of masked diffusion models are lower bounds unless the "
                   "table below says otherwise.")
            << results_table(report, results);
  }
  content << runs_list(report);
  return tag("section", {{"id", "overview"}}, content);
}

}  // namespace smdm::report
