/// Finding, normalising and comparing GSM8K answers as the SMDM reference does.
#pragma once

#include <string>
#include <string_view>

namespace smdm {

/// The text after "#### " on the last line, or "" where there is none: Python's last match of
/// "#### (.*)$", where "$" also stands before one final newline.
[[nodiscard]] std::string extract_answer(std::string_view generation);

/// An answer without units, articles, LaTeX decoration and, if it is a whole number, commas. The
/// rules (of Lewkowycz et al. 2022, arXiv:2206.14858, appendix D.1) are applied one after the other
/// wherever they fit, within words too.
[[nodiscard]] std::string normalize_answer(std::string_view answer);

/// Are two normalised answers equal, as text or as exact numbers (see math_expression.hpp)? Never
/// by floating point; where one is no number that can be held exactly, only as text.
[[nodiscard]] bool equal_as_numbers(std::string_view a, std::string_view b);

/// Is nothing but white space left of a gold answer when it is normalised? A generation without any
/// answer would equal it.
[[nodiscard]] bool is_empty_answer(std::string_view reference);

struct AnswerVerdict {
  std::string extracted;
  std::string normalized;     ///< of what was extracted
  bool equal_string = false;  ///< the published environment's verdict
  bool equal_math = false;
};

/// @param generation  all text that was generated
/// @param reference   the gold answer alone, not an empty one; it is normalised too
[[nodiscard]] AnswerVerdict judge_answer(std::string_view generation, std::string_view reference);

}  // namespace smdm
