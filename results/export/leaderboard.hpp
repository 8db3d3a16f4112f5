/// Results of many runs in one place: the folder of a leaderboard, whose files docs/leaderboard.md
/// describes (the schema is docs/leaderboard-v1.schema.json).
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/run/facts.hpp"

namespace smdm {

/// Version of leaderboard.json, raised when a field changes its meaning.
inline constexpr int kLeaderboardSchema = 1;

/// Entries as the JSON objects that the file holds, in its order: by task, metric, model, and what
/// else tells them apart.
struct Leaderboard {
  std::vector<Json> entries;
};

/// Adds entries. One that is there already, with the same results and samples, changes nothing:
/// time, date, path and command line may be others.
/// @throws Error(results)  if two entries are the same measurement with other results; it names
///                         both
void merge_entries(std::span<const Json> entries, Leaderboard& leaderboard);

/// Those of the table of embedded runs, or the others.
[[nodiscard]] std::vector<Json> entries_of(const Leaderboard& leaderboard, bool embedded);

/// The leaderboard of a folder; an empty one where the folder has none.
/// @throws Error(results)  with the path, if it is truncated, of another kind, or from a newer
///                         version
[[nodiscard]] Leaderboard read_leaderboard(const std::filesystem::path& folder);

struct ExportSummary {
  std::size_t added = 0;
  std::size_t entries = 0;  ///< of the leaderboard now
};

/// Merges runs into the leaderboard of a folder, which is made where it is missing. The files
/// (every leaderboard format of export_formats()) are replaced one by one, each as a whole,
/// leaderboard.json last; nothing changes if anything fails before. Exports of several processes
/// into one folder wait for each other.
/// @throws Error(results)  as the functions above do, or with the system's reason
ExportSummary export_runs(std::span<const Facts> runs, const std::filesystem::path& folder);

}  // namespace smdm
