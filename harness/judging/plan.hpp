/// What a judge is asked: every turn of every answer, in an order that follows from the files
/// alone.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fastchat/answers.hpp"
#include "base/json.hpp"
#include "harness/judging/prompts.hpp"
#include "harness/judging/settings.hpp"

namespace smdm::judging {

/// The files that judging reads.
struct JudgeFiles {
  std::vector<FastChatQuestion> questions;
  std::vector<FastChatAnswer> answers;
  /// Right answers by id_text() of the question, one for each of its first turns: of a file of
  /// their own, else those that the questions have.
  std::map<std::string, std::vector<std::string>> references;
  JudgePrompts prompts;
};

/// @throws Error(data)  for a file that is not what is wanted, with its line
[[nodiscard]] JudgeFiles read_files(const JudgeSettings& settings);

/// One turn to be judged.
struct Asked {
  Json question_id;
  std::string category;
  int turn = 1;        ///< 1 or 2
  std::string prompt;  ///< the prompt's name
  std::string system;  ///< what is sent
  std::string user;
  std::vector<std::string> turns;  ///< of the question, up to this one
  std::string answer;
  std::string reference;  ///< empty where the category has none
};

struct Plan {
  std::string model;           ///< whose answers they are
  std::vector<Asked> asked;    ///< in the order of the questions, the first turn first
  std::string prompts_sha256;  ///< of all four prompts
  std::size_t questions = 0;
  std::size_t unanswered = 0;     ///< questions without an answer
  std::size_t missing_turns = 0;  ///< second turns that have no answer
  std::size_t more_choices = 0;   ///< answers with further choices, of which the first is judged
};

/// Whether a category is judged against right answers: FastChat's NEED_REF_CATS.
[[nodiscard]] bool needs_reference(const std::string& category);

/// Second turns are judged where there is an answer. Where all of them are empty, they were not
/// asked for, and count as missing; an empty one among others is an answer.
/// @throws Error(data)  for an answer to a question that is not there, or to more turns than it
/// has;
///                      for a question of more than two turns; for a reference that is missing
[[nodiscard]] Plan plan_of(const JudgeFiles& files);

/// What people should know about the files, a line each.
[[nodiscard]] std::vector<std::string> notes_on(const Plan& plan);

/// "question 81, turn 2"
[[nodiscard]] std::string name_of(const Asked& asked);

}  // namespace smdm::judging
