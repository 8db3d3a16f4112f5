/// Where in a JSON text a value stands: for errors that a reader finds with an editor.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace smdm {

/// The line, from 1, on which the value begins that a JSON pointer names; nothing where the text
/// has no such value. Of a key that comes twice in an object it is the last, as for readers.
/// REQUIRES: the text is JSON, and no deeper than parse_json() allows
[[nodiscard]] std::optional<std::size_t> json_line(std::string_view text,
                                                   const std::string& pointer);

}  // namespace smdm
