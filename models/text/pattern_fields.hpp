/// Patterns as they stand in tokenizers' files: {"String": ".."} or {"Regex": ".."}.
#pragma once

#include <memory>

#include "models/text/json_place.hpp"
#include "models/text/pattern.hpp"

namespace smdm {

/// @throws Error(checkpoint)  if it is neither, empty, or a pattern that is not known
[[nodiscard]] std::unique_ptr<const Pattern> read_pattern(const JsonPlace& place);

/// How many times longer a text can become where matches of a pattern are replaced.
[[nodiscard]] double replacement_growth(const Pattern& pattern, const std::string& content);

/// Refuses steps that together make a text more than a thousand times longer, as 40 that double it
/// would: they would fill any memory.
/// @param growth  how many times longer they can make it
void want_little_growth(const JsonPlace& place, double growth);

/// A step's "type". @throws Error(checkpoint)  if it is no text
[[nodiscard]] std::string type_of(const JsonPlace& place);

/// Refuses a type. @param known  what may stand there, for the error
[[noreturn]] void reject_type(const JsonPlace& place, const std::string& known);

}  // namespace smdm
