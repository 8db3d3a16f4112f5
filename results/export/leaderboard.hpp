/// Results of many runs in one place: leaderboard.json, leaderboard.md and leaderboard.csv
/// (docs/leaderboard.md; the schema is docs/leaderboard-v1.schema.json).
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/run/whole_run.hpp"

namespace smdm {

/// Version of leaderboard.json, raised when a field changes its meaning.
inline constexpr int kLeaderboardSchema = 1;

/// Entries as the JSON objects that the file holds, one per metric of a task of a run, in the order
/// of the file: by task, metric, model, and what else tells them apart.
struct Leaderboard {
  std::vector<Json> entries;
};

/// The entries of a run.
/// @param folder  that the leaderboard is in: paths of samples files are relative to it
/// @throws Error(results)  if a samples file cannot be read, or with the results file, if a field
/// of
///   it cannot stand in an entry
[[nodiscard]] std::vector<Json> leaderboard_entries(const WholeRun& run,
                                                    const std::filesystem::path& folder);

/// @throws Error(results)  naming a field that is missing, mistyped or unknown to
///   docs/leaderboard-v1.schema.json
void check_entry(const Json& entry);

/// What makes two entries the same measurement: model, data, task, metric, settings, seed, program
/// and machine.
[[nodiscard]] std::string entry_identity(const Json& entry);

/// Adds entries. One that is there already, with the same results and samples, changes nothing:
/// time, date, path and command line may be others.
/// @throws Error(results)  if two entries are the same measurement with other results; it names
/// both
void merge_entries(std::span<const Json> entries, Leaderboard& leaderboard);

/// Whether an entry stands in the table of embedded runs, whose data are invented.
[[nodiscard]] bool is_embedded(const Json& entry);

/// The three files' contents.
[[nodiscard]] std::string leaderboard_json(const Leaderboard& leaderboard);
[[nodiscard]] std::string leaderboard_markdown(const Leaderboard& leaderboard);
[[nodiscard]] std::string leaderboard_csv(const Leaderboard& leaderboard);

/// The leaderboard of a folder; an empty one where the folder has none.
/// @throws Error(results)  with the path, if it is truncated, of another kind, or from a newer
/// version
[[nodiscard]] Leaderboard read_leaderboard(const std::filesystem::path& folder);

struct ExportSummary {
  std::size_t added = 0;
  std::size_t entries = 0;  ///< of the leaderboard now
};

/// Merges runs into the leaderboard of a folder, which is made where it is missing. The files are
/// replaced one by one, each as a whole, leaderboard.json last; nothing changes if anything fails
/// before. Exports of several processes into one folder wait for each other.
/// @throws Error(results)  as the functions above do, or with the system's reason
ExportSummary export_runs(std::span<const WholeRun> runs, const std::filesystem::path& folder);

/// The runs below a folder.
struct RunList {
  std::string table;     ///< one row per results file, the oldest first
  std::size_t runs = 0;  ///< rows
  /// One line for each results file that is none of ours or damaged, and each folder that cannot be
  /// read.
  std::vector<std::string> unreadable;
};

/// @throws Error(results)  if there is no such folder
[[nodiscard]] RunList list_runs(const std::filesystem::path& folder);

}  // namespace smdm
