/// Rows whose choices carry letters: the form that ARC and OpenBookQA share.
#pragma once

#include "base/json.hpp"

namespace smdm {

/// {"text": [...], "label": [...]}, from that form or from the upstream files' list of
/// {"text", "label"}.
/// @throws Error(data)  if it is neither, or if the two lists differ in length or are empty
[[nodiscard]] Json choice_lists(const Json& choices);

/// The position of a letter in choices.label.
/// @throws Error(data)  if it is not there
[[nodiscard]] std::size_t choice_index(const Json& choices, const std::string& letter);

}  // namespace smdm
