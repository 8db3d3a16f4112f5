/// Python literals made of lists, dictionaries and strings: the form in which a Hugging Face data
/// set stores nested rows as text.
#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"

namespace smdm {

/// What Python's ast.literal_eval reads, for strings, whole numbers, True, False, None, lists and
/// dictionaries with string keys, at most 32 deep.
/// @throws Error(data)  with the position of the first character that does not fit
[[nodiscard]] Json parse_python_literal(std::string_view text);

/// What Python's repr() writes for the same kinds of value.
[[nodiscard]] std::string to_python_literal(const Json& value);

}  // namespace smdm
