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
  std::vector<ReadyTask> ready;
  ready.reserve(documents.size());
  for (auto& one : documents) ready.push_back(encode(std::move(one), decided, session));
  return ready;
}

}  // namespace smdm
