/// Chat templates: the texts that stand around what a user and a model say, so that a model that
/// was trained on conversations sees one. docs/mt-bench.md shows all of them.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smdm {

struct ChatTemplate {
  std::string name;  ///< of one that is built in; empty: the user's own
  /// The special token in front of everything, left out where the tokenizer has none that is
  /// written so; it stands there once, also where the tokenizer puts it there itself.
  std::string begin = {};
  std::string system = {};  ///< what stands in front of the first turn
  std::string before_question = {};
  std::string behind_question = {};
  /// Blanks (U+0020) at its end are not shown where the answer is still to be written, since a
  /// tokenizer has them at the beginning of words.
  std::string before_answer = {};
  std::string behind_answer = {};
  /// What ends an answer: special tokens of the tokenizer, and texts where it has no such token.
  std::vector<std::string> stops = {};
  /// Further texts of the template that are special tokens where the tokenizer has them.
  std::vector<std::string> special = {};
  bool strips = false;  ///< whether questions lose the white space around them
};

/// "vicuna_v1.1", "chatml", "llama-3", "llada", "plain".
[[nodiscard]] std::span<const ChatTemplate> all_chat_templates();

/// Their names, in that order.
[[nodiscard]] std::vector<std::string> chat_template_names();

/// @throws std::invalid_argument  if there is none of the name
[[nodiscard]] const ChatTemplate& chat_template_named(std::string_view name);

/// The template of a model family (ModelConfig::family) that nobody has asked to be another.
[[nodiscard]] const char* usual_chat_template(std::string_view family);

/// Reads a JSON object: {"template_version": 1, "user": "... {question} ...", "assistant":
/// "... {answer} ..."} and, where they are wanted, the texts "begin" and "system", the lists "stop"
/// and "special", and the flag "strip".
/// @throws Error(data)  with the file and the field: one that is missing, of another type or
///                      unknown; a user's text without {question}, an assistant's without {answer},
///                      or with two of them
[[nodiscard]] ChatTemplate read_chat_template(const std::filesystem::path& file);

/// What a model is shown before it answers the turn behind those that were answered.
/// @param turns    what the user says, at least one turn more than answers
/// @param answers  to the first of them
[[nodiscard]] std::string chat_prompt(const ChatTemplate& chat,
                                      std::span<const std::string> turns,
                                      std::span<const std::string> answers);

/// The same without the turn that is to be answered: everything that was said before it. Empty, and
/// without the system text, where nothing was.
[[nodiscard]] std::string chat_history(const ChatTemplate& chat,
                                       std::span<const std::string> turns,
                                       std::span<const std::string> answers);

}  // namespace smdm
