#include "harness/run/generate.hpp"
#include "harness/run/prepared_task.hpp"

namespace smdm {
namespace {

/// A document's text on its way through the stages.
struct Answer {
  std::string first;  ///< text after the first stage
  std::string last;   ///< text after the last stage that ran
  std::int64_t forwards = 0;
  bool second_stage = false;
};

std::vector<Answer> first_stage(const PreparedTask& prepared,
                                const Session& session,
                                const Settings& settings) {
  const auto& name = info(prepared.task).name;
  const auto where = [&](std::size_t index) {
    return "task " + name + ", document " + std::to_string(index);
  };
  const auto generations =
      generate(session, prepared.prompt_ids, prepared.evaluation, settings, name, where);
  const bool whole_text =
      std::get<OpenAnswer>(prepared.task).protocol == AnswerProtocol::two_stages;
  std::vector<Answer> answers;
  for (std::size_t i = 0; i < generations.size(); ++i) {
    const auto shown = whole_text ? 0 : prepared.prompt_ids[i].size();
    const auto text = session.text().decode(std::span(generations[i].output_ids).subspan(shown));
    answers.push_back({.first = text, .last = text, .forwards = generations[i].forwards});
  }
  return answers;
}

void second_stage(const PreparedTask& prepared,
                  const Session& session,
                  const Settings& settings,
                  std::vector<Answer>& answers) {
  auto evaluation = prepared.evaluation;
  evaluation.cfg = evaluation.cfg_second;
  std::vector<std::vector<std::int64_t>> prompts;
  std::vector<std::size_t> documents;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto ids = session.text().encode(answers[i].first);
    if (static_cast<std::int64_t>(ids.size()) > evaluation.total_length) continue;
    prompts.push_back(std::move(ids));
    documents.push_back(i);
  }
  const auto& name = info(prepared.task).name;
  const auto where = [&](std::size_t index) {
    return "task " + name + ", document " + std::to_string(documents[index]);
  };
  const auto generations =
      generate(session, prompts, evaluation, settings, name + ", second stage", where);
  for (std::size_t k = 0; k < generations.size(); ++k) {
    auto& answer = answers[documents[k]];
    answer.last = session.text().decode(generations[k].output_ids);
    answer.forwards += generations[k].forwards;
    answer.second_stage = true;
  }
}

}  // namespace

void evaluate_open_answers(const PreparedTask& prepared,
                           const Session& session,
                           const Settings& settings,
                           TaskRecord& record) {
  const auto& task = std::get<OpenAnswer>(prepared.task);
  const bool two_stages = session.checkpoint.kind == ModelKind::mdm &&
                          task.protocol == AnswerProtocol::two_stages &&
                          prepared.evaluation.stages == 2;
  auto answers = first_stage(prepared, session, settings);
  if (two_stages) second_stage(prepared, session, settings, answers);
  std::int64_t forwards = 0;
  std::int64_t kept_first = 0;
  const auto generation_settings = described(prepared, session);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& answer = answers[i];
    const auto values = task.score(answer.last, prepared.prompts[i].reference);
    append_values(values, record.metrics);
    record.samples[i].outcome = GenerationRecord{.prompt = prepared.prompts[i].text,
                                                 .settings = generation_settings,
                                                 .text = answer.last,
                                                 .filtered = task.extract(answer.last),
                                                 .forwards = answer.forwards};
    if (two_stages) {
      record.samples[i].extra["first_stage"] = answer.first;
      record.samples[i].extra["second_stage_ran"] = answer.second_stage;
      if (!answer.second_stage) ++kept_first;
    }
    forwards += answer.forwards;
  }
  record.extra["stages"] = two_stages ? 2 : 1;
  if (two_stages) record.extra["second_stage_did_not_fit"] = kept_first;
  record.extra["forwards"] = forwards;
}

}  // namespace smdm
