#include "harness/jobs/period_results.hpp"

#include <algorithm>

#include "results/show/periods.hpp"
#include "results/statistics/period_statistics.hpp"
#include "tasks/ask/catalog_entries.hpp"

namespace smdm {
namespace {

/// A period's texts, each with what it contributes to both metrics.
PeriodScores scores_of(const PeriodPlace& period, const TaskRecord& record) {
  PeriodScores scores{.name = period.name, .units = {}};
  for (const SampleRecord& sample : record.samples) {
    const auto& text = std::get<TextRecord>(sample.outcome);
    scores.units.push_back({.nats = text.estimate.nats,
                            .tokens = sample.extra.at("scored_tokens").get<double>(),
                            .bytes = sample.extra.at("bytes").get<double>(),
                            .monte_carlo_error = text.estimate.standard_error});
  }
  return scores;
}

std::size_t index_of(std::span<const PeriodScores> scores, const std::string& name) {
  const auto found = std::ranges::find(scores, name, &PeriodScores::name);
  return static_cast<std::size_t>(found - scores.begin());
}

}  // namespace

std::string complete_periods(std::span<const ReadyTask> ready, RunRecord& run) {
  std::vector<PeriodScores> scores;
  std::vector<std::size_t> tasks;
  for (std::size_t i = 0; i < ready.size(); ++i) {
    const auto& period = ready[i].period;
    if (!period) continue;
    scores.push_back(scores_of(*period, run.tasks.at(i)));
    tasks.push_back(i);
  }
  if (tasks.empty()) return "";
  const auto& first = ready[tasks.front()];
  const auto& reference = first.period.value().reference;
  const auto results = compare_periods(scores, index_of(scores, reference));
  GroupRecord group{.name = temporal_shift().info.name, .alias = {}, .tasks = {}};
  for (std::size_t k = 0; k < tasks.size(); ++k) {
    auto& record = run.tasks[tasks[k]];
    record.extra["period"] = period_json(results[k], reference);
    record.extra["period"]["documents"] = ready[tasks[k]].period.value().documents_used;
    group.tasks.push_back(record.name);
  }
  run.groups.push_back(std::move(group));
  const auto& text = std::get<TextRecord>(run.tasks[tasks.front()].samples.front().outcome);
  const bool stream = std::get<CorpusSettings>(first.decided.work).packing == TextPacking::stream;
  std::string table = "\n";
  return table.append(period_table(results, text.estimate.bound, stream ? "rows" : "documents"));
}

}  // namespace smdm
