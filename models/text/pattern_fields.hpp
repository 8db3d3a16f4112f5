/// Patterns as they stand in tokenizers' files: {"String": ".."} or {"Regex": ".."}.
#pragma once

#include <memory>

#include "models/text/json_place.hpp"
#include "models/text/pattern.hpp"

namespace smdm {

/// @throws Error(checkpoint)  if it is neither, empty, or a pattern that is not known
[[nodiscard]] std::unique_ptr<const Pattern> read_pattern(const JsonPlace& place);

/// A step's "type". @throws Error(checkpoint)  if it is no text
[[nodiscard]] std::string type_of(const JsonPlace& place);

/// Refuses a type. @param known  what may stand there, for the error
[[noreturn]] void reject_type(const JsonPlace& place, const std::string& known);

}  // namespace smdm
