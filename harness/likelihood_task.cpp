#include "harness/likelihoods.hpp"
#include "harness/prepared_task.hpp"

namespace smdm {
namespace {

std::vector<double> document_values(const Task& task,
                                    const Json& document,
                                    std::span<const Estimate> estimates) {
  if (const auto* choices = std::get_if<MultipleChoice>(&task)) {
    return score(*choices, choices->parse(document), estimates);
  }
  return score(std::get<Cloze>(task), estimates.front());
}

}  // namespace

void evaluate_likelihoods(const PreparedTask& prepared,
                          const Session& session,
                          const Settings& settings,
                          TaskRecord& record) {
  const auto config = likelihood_config(prepared.evaluation, session.checkpoint.kind, settings);
  const auto where = [&](std::size_t index) {
    return record.name + ", request " + std::to_string(index);
  };
  const auto estimates = likelihoods(session, prepared.tokens, config, record.name, where);
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < record.samples.size(); ++i) {
    const auto first = prepared.first[i];
    const auto count = prepared.first[i + 1] - first;
    std::vector<ChoiceRecord> choices;
    for (std::size_t k = first; k < first + count; ++k) {
      rows += estimates[k].rows;
      tokens += estimates[k].tokens;
      choices.push_back({.request = prepared.requests[k], .estimate = estimates[k]});
    }
    const auto values = document_values(prepared.task, prepared.dataset.documents[i],
                                        std::span(estimates).subspan(first, count));
    append_values(values, record.metrics);
    record.samples[i].outcome = std::move(choices);
  }
  record.extra["rows"] = rows;
  record.extra["tokens"] = tokens;
}

}  // namespace smdm
