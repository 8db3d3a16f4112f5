// The folder of a leaderboard: read, merged with runs, and replaced file by file under a lock.
#include <utility>

#include "base/error.hpp"
#include "base/files/lock.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "base/text/utf8.hpp"
#include "results/export/json_line.hpp"
#include "results/export/leaderboard.hpp"
#include "results/export/leaderboard_entry.hpp"
#include "results/export/leaderboard_schema.hpp"
#include "results/export/list.hpp"
#include "results/export/ranks.hpp"
#include "results/run/checked_json.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJsonFile = "leaderboard.json";

/// @throws Error(results)  if it is not what the schema describes
Leaderboard leaderboard_from(const Json& file) {
  Leaderboard leaderboard;
  for (const char* table : {"benchmarks", "embedded"}) {
    for (const Json& entry : file.at(table)) leaderboard.entries.push_back(in_schema_order(entry));
  }
  return leaderboard;
}

/// The file as one of the newest schema, not checked yet.
Json upgraded(Json file) {
  if (!file.is_object() || !file.contains("schema") || !file.contains("benchmarks"))
    throw Error(ErrorKind::results, "wanted a leaderboard, got another file");
  check_schema_version(file.at("schema"), kLeaderboardSchema, "a leaderboard");
  if (file.at("schema") != kLeaderboardSchema) upgrade_leaderboard(file);
  return file;
}

/// "12: /embedded/3/value: wanted a number or null, got true", by the lines of the file's text.
std::string in_file(const SchemaFault& fault, std::string_view text) {
  const auto line = json_line(unicode::without_byte_order_mark(text), fault.pointer);
  return (line ? std::to_string(*line) + ": " : " ") + fault.pointer + ": " + fault.text;
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
  Json file;
  try {
    file = upgraded(stored_json(text, "a leaderboard"));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::results) throw;
    throw Error(ErrorKind::results, path.string() + ": " + error.what());
  }
  if (const auto fault = leaderboard_schema().fault_of(file))
    throw Error(ErrorKind::results, path.string() + ":" + in_file(*fault, text));
  return leaderboard_from(file);
}

ExportSummary export_runs(std::span<const Facts> runs, const fs::path& folder) {
  refuse_repeated_runs(runs, "leaderboard");
  const MissingFolders missing(folder);
  check_writable(folder);
  const FolderLock lock(folder, FolderLock::Others::wait);
  auto leaderboard = read_leaderboard(folder);
  const std::size_t before = leaderboard.entries.size();
  for (const Facts& run : runs) merge_entries(leaderboard_entries(run, folder), leaderboard);
  auto not_compared = rank_entries(folder, leaderboard);
  replace_files(folder, leaderboard);
  return {.added = leaderboard.entries.size() - before,
          .entries = leaderboard.entries.size(),
          .not_compared = std::move(not_compared)};
}

}  // namespace smdm
