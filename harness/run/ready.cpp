#include "harness/run/ready.hpp"

#include <utility>

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
  what.cloze = std::holds_alternative<Cloze>(task);
  return what;
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
  std::vector<ReadyTask> ready;
  ready.reserve(documents.size());
  for (auto& one : documents) ready.push_back(encode(std::move(one), decided, session));
  return ready;
}

}  // namespace smdm
