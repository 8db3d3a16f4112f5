/// Arithmetic as it is written in an answer: plain, or in LaTeX.
#pragma once

#include <optional>
#include <string_view>

#include "tasks/answers/exact_number.hpp"

namespace smdm {

/// The value of an expression without letters.
///
/// Numbers are ASCII digits with an optional fraction ("72.", ".5" and leading zeros included),
/// commas between groups of three, and an optional power of ten ("1e3"). Known are + - * / : ^ % !,
/// \times \cdot \div, \frac \dfrac \tfrac, \sqrt with an optional degree, |x|, all brackets with or
/// without \left and \right, and products without a sign ("2\sqrt{3}", "2(3)").
///
/// One point at the end is that of a sentence ("5.0.").
///
/// White space (Python's str.isspace: line ends, tabs, no-break and other Unicode spaces) is
/// ignored around an expression and within it, as LaTeX does; but it ends a number: "5\t5" is none,
/// since it is neither 55 nor clearly 5 times 5.
///
/// Ambiguous writing has no value: a mixed number (2\frac{1}{2}, three or two halves), a tower of
/// powers without braces (2^3^2).
/// @return nothing for any other text, for more than 1000 bytes or 50 brackets within each other,
/// or where ExactNumber cannot hold a value on the way
[[nodiscard]] std::optional<ExactNumber> evaluate_expression(std::string_view text);

}  // namespace smdm
