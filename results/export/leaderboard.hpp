/// Results of many runs in one place: the folder of a leaderboard, whose files docs/leaderboard.md
/// describes (the schema is docs/leaderboard-v2.schema.json).
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
inline constexpr int kLeaderboardSchema = 2;

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

/// The leaderboard of a folder; an empty one where the folder has none. Files of earlier schemas
/// come as entries of the newest.
/// @throws Error(results)  with the path, if it is truncated, of another kind, or from a newer
///                         version; with line and field, if it is not what the schema describes
[[nodiscard]] Leaderboard read_leaderboard(const std::filesystem::path& folder);

struct ExportSummary {
  std::size_t added = 0;
  std::size_t entries = 0;  ///< of the leaderboard now
  /// A line for each samples file, and each order, whose entries could not be compared.
  std::vector<std::string> not_compared = {};
};

/// Merges runs into the leaderboard of a folder, which is made where it is missing, and ranks all
/// entries anew, by the samples files that they name. The files
/// (every leaderboard format of export_formats()) are replaced one by one, each as a whole,
/// leaderboard.json last; nothing changes if anything fails before. Exports of several processes
/// into one folder wait for each other.
/// @throws Error(results)  as the functions above do, or with the system's reason
ExportSummary export_runs(std::span<const Facts> runs, const std::filesystem::path& folder);

}  // namespace smdm
