/// The schema of leaderboard.json, docs/leaderboard-v2.schema.json: the one place that says which
/// types and ranges its fields have. The program carries its text.
#pragma once

#include <string>

#include "base/json.hpp"
#include "results/export/json_schema.hpp"

namespace smdm {

/// The text of docs/leaderboard-v2.schema.json.
extern const char* const kLeaderboardSchemaText;

/// For whole files.
[[nodiscard]] JsonSchema leaderboard_schema();

/// For one entry.
[[nodiscard]] JsonSchema entry_schema();

/// Makes of a file of schema 1 one of schema 2, as far as it says what that wants: what is not in
/// it is null, `bound` becomes a text, and ranks are those of entries that nobody compared. What is
/// no entry stays as it is, for the check that follows.
void upgrade_leaderboard(Json& file);

}  // namespace smdm
