// The folder of a leaderboard: read, merged with runs, and replaced file by file under a lock.
#include "base/error.hpp"
#include "base/files/lock.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "results/export/leaderboard.hpp"
#include "results/export/leaderboard_entry.hpp"
#include "results/export/list.hpp"
#include "results/run/checked_json.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJsonFile = "leaderboard.json";

Leaderboard leaderboard_from(const Json& file) {
  if (!file.is_object() || !file.contains("schema") || !file.contains("benchmarks"))
    throw Error(ErrorKind::results, "wanted a leaderboard, got another file");
  check_schema_version(file.at("schema"), kLeaderboardSchema, "a leaderboard");
  Leaderboard leaderboard;
  for (const bool embedded : {false, true}) {
    for (const Json& entry : file.at(embedded ? "embedded" : "benchmarks")) {
      check_entry(entry);
      if (is_embedded(entry) != embedded)
        throw Error(ErrorKind::results, "wanted embedded runs in a table of their own");
      leaderboard.entries.push_back(entry);
    }
  }
  return leaderboard;
}

/// All files are on the disk before the first one is replaced.
void replace_files(const fs::path& folder, const Leaderboard& leaderboard) {
  std::vector<OutputFile> files;
  for (const ExportFormat& format : export_formats()) {
    if (const auto* text = std::get_if<LeaderboardText>(&format.text)) {
      auto& file = files.emplace_back(folder / format.file, Existing::replace);
      file.write((*text)(leaderboard));
      file.close();
    }
  }
  for (auto& file : files) file.finish();
}

}  // namespace

Leaderboard read_leaderboard(const fs::path& folder) {
  const auto path = folder / kJsonFile;
  if (look_at(path).standing == Standing::nothing) return {};  // or a link to one that is to be
  const auto text = read_file(path, ErrorKind::results);
  try {
    return leaderboard_from(stored_json(text, "a leaderboard"));
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::results,
                path.string() + ": not a leaderboard, or truncated: " + error.what());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::results) throw;
    throw Error(ErrorKind::results, path.string() + ": " + error.what());
  }
}

ExportSummary export_runs(std::span<const Facts> runs, const fs::path& folder) {
  refuse_repeated_runs(runs, "leaderboard");
  const MissingFolders missing(folder);
  check_writable(folder);
  const FolderLock lock(folder, FolderLock::Others::wait);
  auto leaderboard = read_leaderboard(folder);
  const std::size_t before = leaderboard.entries.size();
  for (const Facts& run : runs) merge_entries(leaderboard_entries(run, folder), leaderboard);
  replace_files(folder, leaderboard);
  return {.added = leaderboard.entries.size() - before, .entries = leaderboard.entries.size()};
}

}  // namespace smdm
