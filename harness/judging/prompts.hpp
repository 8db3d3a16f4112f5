/// What a judge is told: four prompts, by turn and by whether there is a right answer to compare
/// with.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace smdm::judging {

/// One prompt. Its text has places {question} and {answer}, {ref_answer_1} of one with a reference;
/// of the second turn {question_1}, {answer_1}, {question_2}, {answer_2}, {ref_answer_1} and
/// {ref_answer_2}. Braces that are meant as such are doubled.
struct JudgePrompt {
  std::string name;
  std::string system;  ///< the system message
  std::string text;    ///< the user's message
};

/// The first turn and the second, each without and with a reference.
struct JudgePrompts {
  std::array<JudgePrompt, 4> all;

  /// @param turn  1 or 2
  [[nodiscard]] const JudgePrompt& of(int turn, bool has_reference) const;
};

/// Prompts in our own words, whose names begin with "smdm-": other words give other scores.
[[nodiscard]] JudgePrompts default_prompts();

/// Reads FastChat's judge_prompts.jsonl: single-v1, single-math-v1, single-v1-multi-turn and
/// single-math-v1-multi-turn; others (of pairs) are passed over.
/// @throws Error(data)  with file:line, if one of the four is missing, is there twice, lacks a
/// place
///                      or has one of another name
[[nodiscard]] JudgePrompts read_prompts(const std::filesystem::path& path);

/// The text with its places filled, as Python's str.format does it.
/// @param values  by name of the place
/// @throws Error(data)  if a place has no value, or a brace has no partner
[[nodiscard]] std::string fill(std::string_view text,
                               const std::map<std::string, std::string, std::less<>>& values,
                               const std::string& where);

}  // namespace smdm::judging
