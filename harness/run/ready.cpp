// From a task and the user's settings to what is computed: read, decide, encode.
#include "harness/run/ready.hpp"

#include <utility>
#include <variant>

#include "harness/run/dialogue.hpp"

namespace smdm {
namespace {

DecisionFor decision_for(const Task& task, const Session& session) {
  DecisionFor what{.task = info(task).name, .family = session.checkpoint.config.family};
  if (std::holds_alternative<DatedCorpus>(task)) what.work = Work::corpus;
  if (const auto* open = std::get_if<OpenAnswer>(&task)) {
    what.work = Work::generation;
    what.two_stages = open->protocol == AnswerProtocol::two_stages;
    what.gaps = open->protocol == AnswerProtocol::gap;
  }
  if (std::holds_alternative<Conversation>(task)) {
    what.work = Work::generation;
    what.dialogue = true;
  }
  what.cloze = std::holds_alternative<Cloze>(task);
  return what;
}

void note_template(const Decided& decided,
                   const std::string& task,
                   const Session& session,
                   std::vector<std::string>& notes) {
  const auto* generation = std::get_if<GenerationSettings>(&decided.work);
  if (generation == nullptr || !generation->chat) return;
  const auto line = missing_tokens(*generation->chat, session);
  if (!line.empty()) notes.push_back(task + ": " + line);
}

/// A metric of likelihoods has no value where ranking scores take their place.
void leave_out_likelihoods(const Decided& decided,
                           std::vector<ReadTask>& documents,
                           std::vector<std::string>& notes) {
  const auto* work = std::get_if<LikelihoodSettings>(&decided.work);
  if (work == nullptr || !std::holds_alternative<RankingScore>(work->config.estimator)) return;
  for (auto& one : documents) {
    auto* cloze = std::get_if<Cloze>(&one.task);
    if (cloze == nullptr) continue;
    const auto left_out = std::erase_if(cloze->info.metrics, [](const Metric& metric) {
      return metric.document == DocumentValue::log_likelihood;
    });
    if (left_out == 0) continue;
    notes.push_back(cloze->info.name + ": " +
                    decided.recorded.at("settings").at("estimator").get<std::string>() +
                    " gives ranking scores and no likelihoods, and so no perplexity");
  }
}

}  // namespace

Decided decided_for(const Task& task,
                    const Settings& settings,
                    const Session& session,
                    std::vector<std::string>& notes) {
  return decide(settings, decision_for(task, session), session.checkpoint.kind, notes,
                defaults_of(session.defaults, info(task).name));
}

std::vector<ReadyTask> made_ready(const Task& task,
                                  const Settings& settings,
                                  const Session& session,
                                  std::vector<std::string>& notes) {
  auto documents = read(task, data_settings(settings));
  for (const auto& warning : documents.front().warnings) notes.push_back("warning: " + warning);
  const auto decided = decided_for(task, settings, session, notes);
  note_template(decided, info(task).name, session, notes);
  leave_out_likelihoods(decided, documents, notes);
  std::vector<ReadyTask> ready;
  ready.reserve(documents.size());
  for (auto& one : documents) ready.push_back(encode(std::move(one), decided, session));
  return ready;
}

}  // namespace smdm
