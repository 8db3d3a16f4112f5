// The third part of leaderboard.hpp: the folder of a leaderboard, and folders of runs.
#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/files/descriptor.hpp"
#include "base/files/read.hpp"
#include "results/export/leaderboard.hpp"
#include "results/run/checked_json.hpp"
#include "results/show/table.hpp"

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

void refuse_repeated_runs(std::span<const WholeRun> runs) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) refuse_same_run(runs[j], runs[i], "leaderboard");
  }
}

PendingFile pending(const fs::path& folder, const std::string& content) {
  PendingFile file(folder);
  file.write(content);
  file.close();
  return file;
}

void replace_files(const fs::path& folder, const Leaderboard& leaderboard) {
  struct Target {
    const char* name;
    PendingFile file;
  };
  std::array<Target, 3> targets = {
      Target{.name = "leaderboard.csv", .file = pending(folder, leaderboard_csv(leaderboard))},
      Target{.name = "leaderboard.md", .file = pending(folder, leaderboard_markdown(leaderboard))},
      Target{.name = kJsonFile, .file = pending(folder, leaderboard_json(leaderboard))}};
  for (const Target& target : targets) {
    if (fs::is_directory(folder / target.name))
      throw Error(ErrorKind::results,
                  "cannot write " + (folder / target.name).string() + ": it is a folder");
  }
  for (Target& target : targets)
    static_cast<void>(target.file.commit(target.name, Existing::replace));
  sync_folder(folder);
}

std::string joined(const std::vector<TaskRecord>& tasks) {
  std::string names;
  for (const TaskRecord& task : tasks) names += (names.empty() ? "" : ", ") + task.name;
  return names;
}

std::string estimators(const std::vector<TaskRecord>& tasks) {
  std::string all;
  for (const TaskRecord& task : tasks) {
    const Json settings = task_settings(task);
    const char* key = settings.contains("estimator") ? "estimator" : "sampler";
    const std::string name = settings.value(key, std::string());
    if (all.find(name) == std::string::npos) all += (all.empty() ? "" : ", ") + name;
  }
  return all;
}

std::vector<std::string> list_row(const StoredRun& stored, const fs::path& folder) {
  const bool embedded = stored.run.smdm_eval.contains("data_set");
  std::int64_t documents = 0;
  for (const auto& [task, count] : stored.results.at("n-samples").items())
    documents += count.at("effective").get<std::int64_t>();
  return {stored.date,
          stored.run.model.name,
          joined(stored.run.tasks),
          std::to_string(documents),
          estimators(stored.run.tasks),
          std::to_string(stored.run.config.seed),
          embedded ? "embedded" : "",
          stored.results_file.lexically_proximate(folder).string()};
}

/// Adds the results files of a folder and of those below it. Behind a link is one folder, not a
/// tree: links may lead in circles.
void add_results(const fs::path& folder,
                 bool with_below,
                 std::vector<fs::path>& files,
                 std::vector<std::string>& unreadable) {
  for (auto& file : results_files(folder)) files.push_back(std::move(file));
  if (!with_below) return;
  std::vector<fs::path> below;
  std::error_code failure;
  for (auto entry = fs::directory_iterator(folder, failure);
       !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) below.push_back(entry->path());
  }
  for (const auto& one : below) {
    std::error_code ignored;
    try {
      add_results(one, !fs::is_symlink(one, ignored), files, unreadable);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::results) throw;
      unreadable.emplace_back(error.what());
    }
  }
}

std::vector<fs::path> results_below(const fs::path& folder, std::vector<std::string>& unreadable) {
  std::vector<fs::path> files;
  add_results(folder, true, files, unreadable);
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return std::pair(a.filename(), a) < std::pair(b.filename(), b);  // names hold the date
  });
  return files;
}

}  // namespace

Leaderboard read_leaderboard(const fs::path& folder) {
  const auto path = folder / kJsonFile;
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(path, ignored))) return {};
  const auto text = read_file(path);
  if (!text) throw Error(ErrorKind::results, "cannot read " + path.string());
  try {
    return leaderboard_from(Json::parse(*text));
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::results,
                path.string() + ": not a leaderboard, or truncated: " + error.what());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::results) throw;
    throw Error(ErrorKind::results, path.string() + ": " + error.what());
  }
}

ExportSummary export_runs(std::span<const WholeRun> runs, const fs::path& folder) {
  refuse_repeated_runs(runs);
  check_writable(folder);
  const FolderLock lock(folder);
  auto leaderboard = read_leaderboard(folder);
  const std::size_t before = leaderboard.entries.size();
  for (const WholeRun& run : runs) merge_entries(leaderboard_entries(run, folder), leaderboard);
  replace_files(folder, leaderboard);
  return {.added = leaderboard.entries.size() - before, .entries = leaderboard.entries.size()};
}

RunList list_runs(const fs::path& folder) {
  RunList list;
  std::vector<std::vector<std::string>> rows;
  for (const auto& file : results_below(folder, list.unreadable)) {
    try {
      rows.push_back(list_row(read_run(file, Samples::leave), folder));
    } catch (const Json::exception& error) {
      list.unreadable.push_back(file.string() + ": not a results file of ours: " + error.what());
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::results) throw;
      list.unreadable.emplace_back(error.what());
    }
  }
  const std::vector<Column> columns = {
      {.title = "Date"},      {.title = "Model"},
      {.title = "Tasks"},     {.title = "Docs", .align = Align::right},
      {.title = "Estimator"}, {.title = "Seed", .align = Align::right},
      {.title = "Data"},      {.title = "File"}};
  list.runs = rows.size();
  list.table = markdown_table(columns, rows);
  return list;
}

}  // namespace smdm
