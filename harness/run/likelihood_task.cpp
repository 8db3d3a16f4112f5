#include <algorithm>

#include "harness/run/likelihoods.hpp"
#include "harness/run/metric_errors.hpp"
#include "harness/run/prepared_task.hpp"
#include "harness/run/races.hpp"

namespace smdm {
namespace {

/// What a document contributes to the metrics, and how much of that is chance of the masks.
struct DocumentValues {
  std::vector<double> values;
  std::optional<std::vector<double>> errors;
};

DocumentValues document_values(const PreparedTask& prepared,
                               std::size_t document,
                               std::span<const Estimate> estimates) {
  const auto& json = prepared.dataset.documents[document];
  if (const auto* choices = std::get_if<MultipleChoice>(&prepared.task)) {
    const auto question = choices->parse(json);
    const auto& context = prepared.tokens[prepared.first[document]].context;
    return {
        .values = score(*choices, question, estimates),
        .errors = metric_errors(*choices, question, estimates, prepared.evaluation.seed, context)};
  }
  const auto& cloze = std::get<Cloze>(prepared.task);
  return {.values = score(cloze, estimates.front()),
          .errors = metric_errors(cloze, estimates.front())};
}

/// A metric's errors are known if those of all documents are.
void append_errors(const std::optional<std::vector<double>>& errors,
                   bool& all_known,
                   std::vector<MetricRecord>& metrics) {
  all_known = all_known && errors.has_value();
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (all_known) {
      metrics[m].mc_errors.push_back((*errors)[m]);
    } else {
      metrics[m].mc_errors.clear();
    }
  }
}

std::int64_t count_of(std::span<const Estimate> estimates, bool Estimate::* mark) {
  return std::ranges::count_if(estimates, [&](const Estimate& one) { return one.*mark; });
}

/// How the requests were computed, as far as it differs between them.
void record_marks(std::span<const Estimate> estimates, TaskRecord& record) {
  if (estimates.empty() || estimates.front().bound != Bound::lower) return;
  record.extra["requests"] = estimates.size();
  record.extra["enumerated"] = count_of(estimates, &Estimate::enumerated);
  const auto missed = count_of(estimates, &Estimate::target_missed);
  if (missed > 0) record.extra["target_missed"] = missed;
  const auto reused = std::ranges::count_if(
      estimates, [](const Estimate& one) { return one.prompt_reuse.has_value(); });
  record.extra["prompt_reused"] = reused;
}

}  // namespace

void evaluate_likelihoods(const PreparedTask& prepared,
                          const Session& session,
                          const Settings& settings,
                          TaskRecord& record) {
  const auto where = [&](std::size_t index) {
    return record.name + ", request " + std::to_string(index);
  };
  const bool races = prepared.evaluation.racing && session.checkpoint.kind == ModelKind::mdm &&
                     std::holds_alternative<MultipleChoice>(prepared.task);
  const auto estimates =
      races ? raced(prepared, session, settings, record)
            : likelihoods(session, prepared.tokens,
                          likelihood_config(prepared.evaluation, session.checkpoint.kind, settings),
                          record.name, where);
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  bool all_known = true;
  for (std::size_t i = 0; i < record.samples.size(); ++i) {
    const auto first = prepared.first[i];
    const auto count = prepared.first[i + 1] - first;
    std::vector<ChoiceRecord> choices;
    for (std::size_t k = first; k < first + count; ++k) {
      rows += estimates[k].rows;
      tokens += estimates[k].tokens;
      choices.push_back({.request = prepared.requests[k], .estimate = estimates[k]});
    }
    const auto document = document_values(prepared, i, std::span(estimates).subspan(first, count));
    append_values(document.values, record.metrics);
    append_errors(document.errors, all_known, record.metrics);
    record.samples[i].outcome = std::move(choices);
  }
  record_marks(estimates, record);
  record.extra["rows"] = rows;
  record.extra["tokens"] = tokens;
}

}  // namespace smdm
