/// Questions and answers in the files of FastChat's llm_judge (question.jsonl, and one file of
/// answers for each model), read and written.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace smdm {

/// What a user asks in one turn after the other.
struct FastChatQuestion {
  Json id;                             ///< a whole number or a text
  std::string category;                ///< "writing", "math"
  std::vector<std::string> turns;      ///< at least one
  std::vector<std::string> reference;  ///< of the turns, in their order; often empty, or shorter
  std::string where;                   ///< "file:line", for errors
};

/// What one model answered to one question.
struct FastChatAnswer {
  Json question_id;  ///< as in FastChatQuestion
  std::string answer_id;
  std::string model_id;
  /// Each an answer to every turn, or to the first turns, of the question; at least one choice.
  std::vector<std::vector<std::string>> choices;
  double tstamp = 0.0;     ///< when it was made, seconds since 1970
  std::string where = {};  ///< "file:line" of an answer that was read
};

/// An id as errors and keys have it: 81, "81".
[[nodiscard]] std::string id_text(const Json& id);

/// All questions, in the order of the file.
/// @throws Error(data)  with file:line and the field, or for two questions with one id
[[nodiscard]] std::vector<FastChatQuestion> read_questions(const std::filesystem::path& path);

/// All answers, in the order of the file.
/// @throws Error(data)  with file:line and the field, for two answers to one question, or for
///                      answers of several models
[[nodiscard]] std::vector<FastChatAnswer> read_answers(const std::filesystem::path& path);

/// The line of an answers file: {"question_id", "answer_id", "model_id", "choices": [{"index",
/// "turns"}], "tstamp"}.
[[nodiscard]] Json answer_json(const FastChatAnswer& answer);

/// An answer_id that depends on what it is of alone, 22 characters as FastChat's: the same answer
/// gets the same one again.
[[nodiscard]] std::string answer_id_of(const FastChatAnswer& answer);

}  // namespace smdm
