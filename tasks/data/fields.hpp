/// Typed access to the members of one document. Every error names the field, what was wanted and
/// what came; the loader adds file and line.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace smdm {

/// "a string", "the number 3", "an array of 4": a value in the words of an error text.
[[nodiscard]] std::string describe(const Json& value);

/// A reference into `object`. (GCC 14 would suspect a reference into a temporary std::string, so
/// the name is none.)
/// @throws Error(data)  if the member is absent
[[nodiscard]] const Json& field(const Json& object, const char* name);

/// @throws Error(data)  if the member is absent or of another type
[[nodiscard]] std::string text_field(const Json& object, const char* name);
[[nodiscard]] std::int64_t integer_field(const Json& object, const char* name);
[[nodiscard]] std::vector<std::string> texts_field(const Json& object, const char* name);

/// The member, or an empty text where it is absent or no text.
[[nodiscard]] std::string text_or_empty(const Json& object, const char* name);

/// The position of a label (a string, or a whole number standing for itself) among those allowed.
/// @throws Error(data)  if it is none of them
[[nodiscard]] std::size_t label_field(const Json& object,
                                      const char* name,
                                      const std::vector<std::string>& allowed);

/// The named members of `row` that are there, in the order of `names`.
[[nodiscard]] Json select_fields(const Json& row, std::initializer_list<const char*> names);

}  // namespace smdm
