// Everything that can be wrong with the files is found here, before the first request.
#include "harness/judging/plan.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/text/json_text.hpp"

namespace smdm::judging {
namespace {

using Answers = std::map<std::string, const FastChatAnswer*>;

constexpr std::size_t kMostTurns = 2;

[[noreturn]] void refuse(const std::string& where, const std::string& text) {
  throw Error(ErrorKind::data, where + ": " + text);
}

std::map<std::string, std::vector<std::string>> references_of(
    const JudgeSettings& settings, const std::vector<FastChatQuestion>& questions) {
  std::map<std::string, std::vector<std::string>> references;
  if (const auto& path = settings.reference_answers) {
    for (auto& answer : read_answers(*path))
      references[id_text(answer.question_id)] = std::move(answer.choices.front());
  } else {
    for (const auto& question : questions) references[id_text(question.id)] = question.reference;
  }
  return references;
}

const std::vector<std::string>& turns_of(const FastChatAnswer& answer) {
  return answer.choices.front();
}

/// Whether the answers have second turns at all.
bool have_second_turns(const std::vector<FastChatAnswer>& answers) {
  return std::ranges::any_of(answers, [](const FastChatAnswer& answer) {
    return turns_of(answer).size() > 1 && !turns_of(answer)[1].empty();
  });
}

/// Each answer by its question.
Answers by_question(const JudgeFiles& files) {
  std::map<std::string, const FastChatQuestion*> questions;
  for (const auto& question : files.questions) questions[id_text(question.id)] = &question;
  Answers answers;
  for (const auto& answer : files.answers) {
    const auto id = id_text(answer.question_id);
    const auto found = questions.find(id);
    if (found == questions.end())
      refuse(answer.where, "wanted an answer to one of the questions, got one to " + id +
                               ", which is none of them");
    const auto& turns = found->second->turns;
    if (turns_of(answer).size() > turns.size())
      refuse(answer.where, "wanted answers to " + std::to_string(turns.size()) +
                               " turns of question " + id + ", got " +
                               std::to_string(turns_of(answer).size()));
    answers[id] = &answer;
  }
  return answers;
}

/// Makes the requests about one answer.
class Asker {
 public:
  Asker(const JudgeFiles& files, bool second_turns) : files_(files), second_turns_(second_turns) {}

  void ask(const FastChatQuestion& question, const FastChatAnswer& answer, Plan& plan) const {
    if (question.turns.size() > kMostTurns)
      refuse(question.where,
             "wanted a question of one or two turns, got " + std::to_string(question.turns.size()));
    plan.asked.push_back(asked(question, answer, 1));
    if (question.turns.size() == 1) return;
    if (second_turns_ && turns_of(answer).size() > 1) {
      plan.asked.push_back(asked(question, answer, 2));
    } else {
      ++plan.missing_turns;
    }
  }

 private:
  [[nodiscard]] Asked asked(const FastChatQuestion& question,
                            const FastChatAnswer& answer,
                            int turn) const {
    const auto count = static_cast<std::size_t>(turn);
    const bool needed = needs_reference(question.category);
    const auto& prompt = files_.prompts.of(turn, needed);
    std::map<std::string, std::string, std::less<>> values;
    for (std::size_t i = 0; i < count; ++i) {
      const auto number = std::to_string(i + 1);
      values["question_" + number] = question.turns[i];
      values["answer_" + number] = turns_of(answer)[i];
      if (needed) values["ref_answer_" + number] = reference(question, i);
    }
    values["question"] = question.turns[count - 1];
    values["answer"] = turns_of(answer)[count - 1];
    return {.question_id = question.id,
            .category = question.category,
            .turn = turn,
            .prompt = prompt.name,
            .system = prompt.system,
            .user = fill(prompt.text, values, prompt.name),
            .turns = {question.turns.begin(), question.turns.begin() + turn},
            .answer = turns_of(answer)[count - 1],
            .reference = needed ? reference(question, count - 1) : std::string()};
  }

  [[nodiscard]] const std::string& reference(const FastChatQuestion& question,
                                             std::size_t turn) const {
    const auto id = id_text(question.id);
    const auto found = files_.references.find(id);
    if (found == files_.references.end() || found->second.size() <= turn)
      refuse(question.where, "wanted a reference answer to question " + id + ", turn " +
                                 std::to_string(turn + 1) + " (category " + question.category +
                                 "), got none; --reference-answers names a file of them");
    return found->second[turn];
  }

  const JudgeFiles& files_;
  bool second_turns_;
};

std::string digest_of(const JudgePrompts& prompts) {
  Json texts = Json::array();
  for (const auto& prompt : prompts.all) {
    for (const auto& text : {prompt.name, prompt.system, prompt.text}) texts.push_back(text);
  }
  return sha256(json_text(texts));
}

std::string count_of(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what;
}

}  // namespace

JudgeFiles read_files(const JudgeSettings& settings) {
  JudgeFiles files;
  files.prompts =
      settings.judge_prompts ? read_prompts(*settings.judge_prompts) : default_prompts();
  files.questions = read_questions(settings.questions);
  files.answers = read_answers(settings.answers);
  files.references = references_of(settings, files.questions);
  return files;
}

bool needs_reference(const std::string& category) {
  constexpr std::array<std::string_view, 4> kCategories = {"math", "reasoning", "coding",
                                                           "arena-hard-200"};
  return std::ranges::find(kCategories, category) != kCategories.end();
}

Plan plan_of(const JudgeFiles& files) {
  const auto answers = by_question(files);
  const Asker asker(files, have_second_turns(files.answers));
  Plan plan{.model = files.answers.front().model_id,
            .asked = {},
            .prompts_sha256 = digest_of(files.prompts),
            .questions = files.questions.size()};
  for (const auto& question : files.questions) {
    const auto found = answers.find(id_text(question.id));
    if (found == answers.end()) {
      ++plan.unanswered;
      continue;
    }
    asker.ask(question, *found->second, plan);
    if (found->second->choices.size() > 1) ++plan.more_choices;
  }
  return plan;
}

std::vector<std::string> notes_on(const Plan& plan) {
  std::vector<std::string> notes;
  if (plan.unanswered > 0)
    notes.push_back(count_of(plan.unanswered, "of ") + std::to_string(plan.questions) +
                    " questions have no answer and are not judged");
  if (plan.missing_turns > 0)
    notes.push_back(count_of(plan.missing_turns, "second turns have no answer and are not judged"));
  if (plan.more_choices > 0)
    notes.push_back(
        count_of(plan.more_choices, "answers have several choices; the first is judged"));
  return notes;
}

std::string name_of(const Asked& asked) {
  return "question " + id_text(asked.question_id) + ", turn " + std::to_string(asked.turn);
}

}  // namespace smdm::judging
