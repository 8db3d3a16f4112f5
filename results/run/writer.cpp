// Files of a run staged under temporary names, then renamed together.
#include "results/run/writer.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/files/digest.hpp"
#include "base/files/paths.hpp"
#include "base/text/dates.hpp"
#include "base/text/python.hpp"
#include "results/run/committed.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_samples.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

/// Runs that start within as many microseconds of each other would be needed to use these up.
constexpr int kDatesTried = 1000;

void check_task_name(const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos) {
    throw std::invalid_argument(
        "write_run: wanted a task name that can be part of a file name, got '" + name + "'");
  }
}

/// A samples file, and the digest of its content.
struct StagedSamples {
  PendingFile file;
  std::string digest;
};

StagedSamples pending_samples(const fs::path& folder, const TaskRecord& task) {
  check_task_name(task.name);
  std::string lines;
  for (std::size_t i = 0; i < task.samples.size(); ++i) lines += json_line(sample_json(task, i));
  PendingFile file(folder);
  file.write(lines);
  file.close();
  return {.file = std::move(file), .digest = sha256(lines)};
}

PendingFile pending_results(const fs::path& folder,
                            const RunRecord& run,
                            const std::vector<TaskSummary>& summaries,
                            const std::vector<StagedSamples>& samples) {
  auto results = results_json(run, summaries);
  for (std::size_t i = 0; i < samples.size(); ++i)
    results["smdm_eval"]["tasks"][run.tasks[i].name][kSamplesDigest] = samples[i].digest;
  PendingFile file(folder);
  file.write(results.dump(2, ' ', false, Json::error_handler_t::replace));
  file.write("\n");
  file.close();
  return file;
}

std::vector<PendingFile> pending_others(const fs::path& folder, const RunRecord& run) {
  std::vector<PendingFile> files;
  for (const TaskRecord& task : run.tasks) {
    for (const TaskFile& own : task.files) {
      auto& file = files.emplace_back(folder);
      file.write(own.lines);
      file.close();
    }
  }
  return files;
}

/// The complete files of a run under temporary names.
struct Staged {
  std::vector<StagedSamples> samples;
  std::vector<PendingFile> others;
  PendingFile results;
};

/// One set of names per date that is tried; a file already renamed cannot be renamed again, so that
/// the files are staged anew for the next date.
Staged stage(const fs::path& folder,
             const RunRecord& run,
             const std::vector<TaskSummary>& summaries) {
  std::vector<StagedSamples> samples;
  samples.reserve(run.tasks.size());
  for (const TaskRecord& task : run.tasks) samples.push_back(pending_samples(folder, task));
  auto others = pending_others(folder, run);
  auto results = pending_results(folder, run, summaries, samples);
  return {
      .samples = std::move(samples), .others = std::move(others), .results = std::move(results)};
}

RunFiles names(const fs::path& folder, const RunRecord& run, const std::string& date) {
  RunFiles files{.results = folder / ("results_" + date + ".json"), .samples = {}};
  for (const TaskRecord& task : run.tasks) {
    const auto end = "_" + task.name + "_" + date + ".jsonl";
    files.samples.push_back(folder / ("samples" + end));
    for (const TaskFile& own : task.files) files.others.push_back(folder / (own.name + end));
  }
  return files;
}

bool any_exists(const RunFiles& files) {
  return std::ranges::any_of(files.samples, is_taken) ||
         std::ranges::any_of(files.others, is_taken) || is_taken(files.results);
}

/// Gives all files their names, or none and returns false: another run took one of them meanwhile.
bool commit(Staged& staged, const RunFiles& files, Existing existing) {
  Committed committed;
  for (std::size_t i = 0; i < staged.samples.size(); ++i) {
    if (!staged.samples[i].file.commit(files.samples[i].filename().string(), existing))
      return false;
    committed.add(files.samples[i]);
  }
  for (std::size_t i = 0; i < staged.others.size(); ++i) {
    if (!staged.others[i].commit(files.others[i].filename().string(), existing)) return false;
    committed.add(files.others[i]);
  }
  if (!staged.results.commit(files.results.filename().string())) return false;
  committed.add(files.results);
  sync_folder(files.results.parent_path());
  committed.keep();
  return true;
}

}  // namespace

std::string date_id(std::chrono::system_clock::time_point when) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(when);
  const auto micros = std::chrono::floor<std::chrono::microseconds>(when - whole).count();
  const std::string digits = std::to_string(micros);
  return date_text(when, TimeZone::local) + "." + std::string(6 - digits.size(), '0') + digits;
}

bool is_date_free(const fs::path& folder, const std::string& date) {
  if (is_absent(folder)) return true;
  const auto end = "_" + date + ".json";
  return std::ranges::none_of(entries_of(folder, ErrorKind::results), [&](const fs::path& path) {
    return path.filename().string().find(end) != std::string::npos;
  });
}

RunFiles write_run_as(const std::string& date,
                      const fs::path& folder,
                      const RunRecord& run,
                      const std::vector<TaskSummary>& summaries) {
  check_writable(folder);
  const RunFiles files = names(folder, run, date);
  if (is_taken(files.results)) return files;
  Staged staged = stage(folder, run, summaries);
  if (commit(staged, files, Existing::replace)) return files;
  throw Error(ErrorKind::results, files.results.string() + ": another program has written it");
}

RunFiles write_run(const fs::path& folder,
                   const RunRecord& run,
                   const std::vector<TaskSummary>& summaries,
                   std::chrono::system_clock::time_point now) {
  check_writable(folder);
  for (int tried = 0; tried < kDatesTried; ++tried, now += std::chrono::microseconds(1)) {
    const RunFiles files = names(folder, run, date_id(now));
    if (any_exists(files)) continue;
    Staged staged = stage(folder, run, summaries);
    if (commit(staged, files, Existing::keep)) return files;
  }
  throw Error(ErrorKind::results, "wanted a free date for a run in " + folder.string() +
                                      ", found " + std::to_string(kDatesTried) + " of them taken");
}

}  // namespace smdm
