// Folders of a seed stand in the one of the run; a run of several checkpoints has one for each. The
// first of all that are made for a run is the journal's home, unless the user has named one.
#include "harness/jobs/run_plan.hpp"

#include <algorithm>
#include <iostream>
#include <ranges>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/text/visible.hpp"
#include "harness/settings/refuse.hpp"
#include "results/run/writer.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using Time = std::chrono::system_clock::time_point;

std::vector<std::string> outputs_of(const std::vector<Task>& tasks, const Settings& settings) {
  std::vector<std::string> outputs;
  for (const auto& part : evaluation_parts(tasks, settings))
    outputs.push_back(part.settings.output.value());
  return outputs;
}

/// The folder of a seed in a run's.
std::string seed_folder(const fs::path& home, const Settings& repeat) {
  return (home / ("seed-" + std::to_string(repeat.seed.value_or(0)))).string();
}

void add_default_folders(const std::vector<ReadyPart>& parts, Time start, MadeFolders& made, RunPlan& plan) {
  auto& own = plan.folders.emplace_back();
  for (const auto& ready : parts) own.push_back(made.add(make_default_folder(ready.part, start)));
  plan.home = own.front();
}

bool is_free(const RunPlan& plan) {
  for (std::size_t r = 0; r < plan.folders.size(); ++r) {
    for (std::size_t p = 0; p < plan.folders[r].size(); ++p) {
      if (!is_date_free(plan.folders[r][p], plan.date(r, p))) return false;
    }
  }
  return true;
}

}  // namespace

Time RunPlan::date(std::size_t repeat, std::size_t part) const {
  return start + microseconds(repeat * folders.front().size() + part);
}

std::vector<Settings> repeats_of(const Settings& settings) {
  const auto count = settings.repeat.value_or(1);
  if (count < 1) refuse("--repeat", "at least 1", std::to_string(count));
  if (!settings.repeat || settings.dry_run) return {settings};
  if ((settings.seed.value_or(0) + static_cast<std::uint64_t>(count) - 1) >> 32 != 0)
    refuse("--repeat", "seeds below 2^32", std::to_string(count) + " of them");
  std::vector<Settings> all(static_cast<std::size_t>(count), settings);
  for (std::size_t r = 0; r < all.size(); ++r) all[r].seed = settings.seed.value_or(0) + r;
  return all;
}

RunPlan new_plan(const Settings& settings,
                 const std::vector<Task>& tasks,
                 const std::vector<ReadyPart>& parts,
                 MadeFolders& folders) {
  RunPlan plan;
  plan.start = std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
  if (settings.output) plan.home = *settings.output;
  if (settings.repeat) {
    if (!settings.output) plan.home = folders.add(make_default_folder(settings));
    for (auto& repeat : repeats_of(settings)) {
      repeat.output = seed_folder(plan.home, repeat);
      plan.folders.push_back(outputs_of(tasks, repeat));
    }
  } else if (settings.output) {
    plan.folders.push_back(outputs_of(tasks, settings));
  } else {
    add_default_folders(parts, plan.start, folders, plan);
  }
  for (const auto& of_repeat : plan.folders) {
    for (const auto& folder : of_repeat) folders.add_missing(folder);
  }
  while (!is_free(plan)) plan.start += microseconds(1);
  return plan;
}

Json to_json(const RunPlan& plan) {
  return {{"folders", plan.folders},
          {"start_us", std::chrono::duration_cast<microseconds>(plan.start.time_since_epoch()).count()}};
}

RunPlan plan_from(const Json& json) {
  RunPlan plan;
  plan.folders = json.at("folders").get<std::vector<std::vector<std::string>>>();
  plan.start = Time(microseconds(json.at("start_us").get<std::int64_t>()));
  return plan;
}

std::unique_ptr<RunJournal> find_incomplete(const Json& asked) {
  if (!is_folder(kRuns)) return nullptr;
  const auto entries = entries_of(kRuns, ErrorKind::results);
  for (const auto& folder : std::views::reverse(entries)) {  // names begin with dates
    const auto place = journal_in(folder);
    if (!is_file(place.journal)) continue;
    try {
      auto journal = std::make_unique<RunJournal>(place, /*fresh=*/false);
      if (journal->resumes() && journal->note("asked") == asked) return journal;
    } catch (const Error& error) {
      std::cerr << visible(std::string("passed over: ") + error.what()) << "\n";
    }
  }
  return nullptr;
}

}  // namespace smdm
