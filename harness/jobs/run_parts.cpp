// The decisions of an earlier start are used only where the settings leave them open, and never
// become settings: results say what the user has said.
#include "harness/jobs/run_parts.hpp"

#include <iostream>
#include <utility>

#include "base/text/visible.hpp"
#include "harness/journal/build_digest.hpp"
#include "harness/run/ready.hpp"
#include "harness/run/trace_file.hpp"
#include "harness/settings/decide.hpp"

namespace smdm {
namespace {

/// Under its key in identities and decisions.
std::string name_of(const EvaluationPart& part) {
  return part.model.empty() ? "model" : part.model;
}

/// The settings of a part's model, with what an earlier start decided.
ModelSettings decided_model(const EvaluationPart& part, const Json& decisions) {
  auto settings = model_settings(part.settings);
  if (decisions.is_object() && decisions.contains(name_of(part)))
    apply_decision(decisions.at(name_of(part)), settings);
  return settings;
}

/// A device of this machine.
bool has_device(const std::string& name) {
  try {
    static_cast<void>(find_device(name));
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

ReadyPart ready_part(EvaluationPart part, const Json& decisions) {
  if (const auto line = announcement(part); !line.empty()) std::cerr << visible(line) << "\n";
  ReadyPart ready{.part = std::move(part),
                  .session = {},
                  .identity = {},
                  .computer = {},
                  .tasks = {},
                  .asked = {}};
  const auto& settings = ready.part.settings;
  ready.session = open_session(decided_model(ready.part, decisions));
  print_notes(ready.session);
  std::vector<std::string> notes;
  for (std::size_t t = 0; t < ready.part.tasks.size(); ++t) {
    for (auto& task : made_ready(ready.part.tasks[t], settings, ready.session, notes)) {
      ready.tasks.push_back(std::move(task));
      ready.asked.push_back(t);
    }
  }
  for (const auto& note : notes) std::cerr << visible(note) << "\n";
  return ready;
}

Json identity_of(const ReadyTask& task) {
  auto recorded = task.decided.recorded;
  recorded["version"] = info(task.task).version;
  recorded["documents"] = task.items.size();
  recorded["texts"] = digest_of(task.items);
  recorded["traced"] = is_traced(task.decided);
  for (const auto& file : task.files) recorded["data"].push_back(file.sha256);
  return recorded;
}

}  // namespace

std::vector<ReadyPart> ready_parts(const Settings& settings,
                                   const std::vector<Task>& tasks,
                                   const Json& decisions) {
  std::vector<ReadyPart> ready;
  for (auto& part : evaluation_parts(tasks, settings))
    ready.push_back(ready_part(std::move(part), decisions));
  return ready;
}

void identify(std::vector<ReadyPart>& parts, const FileDigest& digest_of) {
  for (auto& ready : parts) {
    ready.identity = ready.session.identity(digest_of);
    ready.computer = computer_of(ready.session, ready.identity);
  }
}

Json decision_of(const Session& session) {
  return {{"device", session.device.str()},
          {"dtype", name_of(kAllComputeTypes, session.model->info().compute)}};
}

void apply_decision(const Json& decision, ModelSettings& settings) {
  if (!settings.compute)
    settings.compute = value_named(kAllComputeTypes, decision.at("dtype").get<std::string>());
  // Another machine, which the journal tells apart, may lack it.
  const auto device = decision.at("device").get<std::string>();
  if (settings.device == "auto" && has_device(device)) settings.device = device;
}

Json early_decisions(const Settings& settings, const std::vector<Task>& tasks, int sharers) {
  Json decisions = Json::object();
  for (const auto& part : evaluation_parts(tasks, settings)) {
    auto model = model_settings(part.settings);
    model.sharers = sharers;
    decisions[name_of(part)] = decision_of(open_unloaded(model));
  }
  return decisions;
}

Json decisions_of(const std::vector<ReadyPart>& parts) {
  Json decisions = Json::object();
  for (const auto& ready : parts) decisions[name_of(ready.part)] = decision_of(ready.session);
  return decisions;
}

void decide_again(std::vector<ReadyPart>& parts,
                  const std::vector<Task>& tasks,
                  const Settings& settings) {
  const auto again = evaluation_parts(tasks, settings);
  std::vector<std::string> said_before;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    auto& ready = parts[p];
    ready.part.settings = again[p].settings;
    for (std::size_t k = 0; k < ready.tasks.size(); ++k) {
      ready.tasks[k].decided = decided_for(ready.part.tasks[ready.asked[k]], ready.part.settings,
                                           ready.session, said_before);
    }
  }
}

RunIdentity identity_of(const std::vector<ReadyPart>& parts, std::int64_t repeats) {
  Json rest = {{"program", program_identity()}, {"judging", kJudgingDigest}, {"repeats", repeats}};
  for (const auto& ready : parts) {
    Json tasks = Json::object();
    for (const auto& task : ready.tasks) tasks[info(task.task).name] = identity_of(task);
    rest["models"][name_of(ready.part)] = {{"model", ready.computer.model},
                                           {"tasks", std::move(tasks)}};
  }
  return {.machine = parts.front().computer.machine, .rest = std::move(rest)};
}

}  // namespace smdm
