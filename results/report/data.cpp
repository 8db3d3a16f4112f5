// Numbers for scripts: the same that the page's tables show, with all their digits.
#include "results/report/data.hpp"

#include "results/report/document.hpp"
#include "results/report/page.hpp"
#include "results/run/lm_eval_parts.hpp"

namespace smdm::report {
namespace {

using layout::finite_or_null;
using layout::interval_json;
using layout::or_null;

/// How many documents are done in a second, as the time that is left has it.
Json rate_of(const Progress& progress) {
  if (!progress.seconds_left || !(*progress.seconds_left > 0.0)) return nullptr;
  return static_cast<double>(progress.documents - progress.done) / *progress.seconds_left;
}

Json run_json(const Run& run) {
  Json json = {{"id", run.id},       {"label", run.label},        {"name", run.name},
               {"model", run.model}, {"kind", or_null(run.kind)}, {"date", run.date},
               {"progress", nullptr}};
  if (!run.progress) return json;
  json["progress"] = {{"state", run.progress->state},
                      {"done", run.progress->done},
                      {"of", run.progress->documents},
                      {"documents_per_second", rate_of(*run.progress)},
                      {"seconds_left", or_null(run.progress->seconds_left)},
                      {"updated", run.progress->updated}};
  return json;
}

Json result_json(const Report& report, const MetricResult& result) {
  const auto& facts = *report.tasks[result.task].results[result.result].facts;
  return {{"run", report.runs[result.run].id},
          {"metric", result.metric},
          {"filter", result.info.filter},
          {"higher_is_better", result.info.higher_is_better},
          {"value", finite_or_null(result.value)},
          {"standard_error", or_null(result.standard_error)},
          {"mc_standard_error", or_null(result.mc_standard_error)},
          {"interval", interval_json(result.interval)},
          {"bound", or_null(result.bound)},
          {"any_order", or_null(result.any_order)},
          {"documents", result.documents},
          {"clusters", result.clusters},
          {"rows", or_null(facts.rows)},
          {"tokens", or_null(facts.tokens)},
          {"forwards", or_null(facts.forwards)},
          {"seconds", or_null(facts.seconds)}};
}

Json task_json(const Report& report, std::size_t t, std::span<const MetricResult> results) {
  const auto& task = report.tasks[t];
  const auto& metrics = task.results.front().facts->record.metrics;
  Json json = {
      {"id", task.id},
      {"name", task.name},
      {"documents", task.documents},
      {"documents_shown", shown_documents(report, task).size()},
      {"metric", metrics.empty() ? Json(nullptr) : Json(metric_label(metrics.front().info))},
      {"higher_is_better", metrics.empty() || metrics.front().info.higher_is_better},
      {"results", Json::array()}};
  for (const auto& result : results) {
    if (result.task == t) json["results"].push_back(result_json(report, result));
  }
  return json;
}

}  // namespace

Json page_data(const Report& report,
               std::span<const MetricResult> results,
               std::span<const Picture> pictures) {
  Json runs = Json::array();
  for (const auto& run : report.runs) runs.push_back(run_json(run));
  Json tasks = Json::array();
  for (std::size_t t = 0; t < report.tasks.size(); ++t)
    tasks.push_back(task_json(report, t, results));
  return {{"schema", kPageSchema},
          {"program", report.program},
          {"made", report.made},
          {"texts", report.texts},
          {"canary", report.texts ? Json(kCanary) : Json(nullptr)},
          {"runs", std::move(runs)},
          {"tasks", std::move(tasks)},
          {"comparisons", comparisons_json(report)},
          {"pictures", pictures_json(pictures)}};
}

}  // namespace smdm::report
