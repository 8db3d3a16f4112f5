/// Stored files read back, and numbers of theirs that must not be rounded, wrapped or taken from
/// another type.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.hpp"

namespace smdm {

/// The JSON that a stored file holds, as parse_json() reads it.
/// @param what  the kind of file, for the error's text: "a leaderboard"
/// @throws Error(results)  if it is none
[[nodiscard]] Json stored_json(const std::string& text, const std::string& what);

/// Whether it is an integer that is not negative.
[[nodiscard]] bool is_natural(const Json& value);

/// An integer that is not negative.
/// @param what  begins the error's text: "random_seed"
/// @throws Error(results)  if it is something else
[[nodiscard]] std::uint64_t natural(const Json& value, const std::string& what);

/// The schema of a file must be 1 to `newest`.
/// @param what  the kind of file: "a leaderboard"
/// @throws Error(results)  if it is no integer or another one, saying whether a newer version wrote
/// it
void check_schema_version(const Json& schema, int newest, const std::string& what);

}  // namespace smdm
