/// Where the files of a --task job go and under which date, once and for all its starts.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/jobs/run_folder.hpp"
#include "harness/jobs/run_parts.hpp"
#include "harness/journal/run_journal.hpp"

namespace smdm {

struct RunPlan {
  /// Where a part's files go, and the date in their names: different for each.
  struct Place {
    std::string folder;
    std::string date;
  };
  std::filesystem::path home;                   ///< where the journal lies
  std::vector<std::vector<Place>> places;       ///< [repeat][part]
  std::chrono::system_clock::time_point start;  ///< of the first start
};

/// The settings of each repeat: seeds that follow each other.
/// @throws Error(usage)  if there are none, or too many
[[nodiscard]] std::vector<Settings> repeats_of(const Settings& settings);

/// Claims the folders that nobody has named, and a date that is free in all of them.
[[nodiscard]] RunPlan new_plan(const Settings& settings,
                               const std::vector<Task>& tasks,
                               const std::vector<ReadyPart>& parts,
                               MadeFolders& folders);

/// As a journal keeps it, and back: folders from its home on, which may have moved.
[[nodiscard]] Json to_json(const RunPlan& plan);
[[nodiscard]] RunPlan plan_from(const Json& json, const std::filesystem::path& home);

/// The incomplete runs under kRuns that were asked for the same, the newest first. Says why one
/// that cannot be opened is passed over.
[[nodiscard]] std::vector<std::unique_ptr<RunJournal>> find_incomplete(const Json& asked);

}  // namespace smdm
