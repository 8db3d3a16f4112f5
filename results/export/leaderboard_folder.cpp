// The folder of a leaderboard: read, merged with runs, and replaced file by file under a lock.
#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/files/descriptor.hpp"
#include "base/files/read.hpp"
#include "results/export/leaderboard.hpp"
#include "results/export/leaderboard_entry.hpp"
#include "results/export/list.hpp"
#include "results/run/checked_json.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJsonFile = "leaderboard.json";

/// One process at a time changes a folder; the lock ends with its holder, however that ends.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX) != 0) {
      const int code = errno;
      if (descriptor_ >= 0) ::close(descriptor_);
      throw Error(ErrorKind::results, because("cannot lock " + folder.string(), code));
    }
  }
  ~FolderLock() { ::close(descriptor_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

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

PendingFile pending(const fs::path& folder, const std::string& content) {
  PendingFile file(folder);
  file.write(content);
  file.close();
  return file;
}

void replace_files(const fs::path& folder, const Leaderboard& leaderboard) {
  struct Target {
    std::string name;
    PendingFile file;
  };
  std::vector<Target> targets;
  for (const ExportFormat& format : export_formats()) {
    if (const auto* text = std::get_if<LeaderboardText>(&format.text))
      targets.push_back(
          {.name = std::string(format.file), .file = pending(folder, (*text)(leaderboard))});
  }
  for (const Target& target : targets) {
    if (fs::is_directory(folder / target.name))
      throw Error(ErrorKind::results,
                  "cannot write " + (folder / target.name).string() + ": it is a folder");
  }
  for (Target& target : targets)
    static_cast<void>(target.file.commit(target.name, Existing::replace));
  sync_folder(folder);
}

}  // namespace

Leaderboard read_leaderboard(const fs::path& folder) {
  const auto path = folder / kJsonFile;
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(path, ignored))) return {};
  const auto text = read_file(path);
  if (!text) throw Error(ErrorKind::results, "cannot read " + path.string());
  try {
    return leaderboard_from(stored_json(*text, "a leaderboard"));
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
  check_writable(folder);
  const FolderLock lock(folder);
  auto leaderboard = read_leaderboard(folder);
  const std::size_t before = leaderboard.entries.size();
  for (const Facts& run : runs) merge_entries(leaderboard_entries(run, folder), leaderboard);
  replace_files(folder, leaderboard);
  return {.added = leaderboard.entries.size() - before, .entries = leaderboard.entries.size()};
}

}  // namespace smdm
