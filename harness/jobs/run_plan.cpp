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

std::vector<RunPlan::Place> places_of(const std::vector<Task>& tasks, const Settings& settings) {
  std::vector<RunPlan::Place> places;
  for (const auto& part : evaluation_parts(tasks, settings))
    places.push_back({.folder = part.settings.output.value(), .date = {}});
  return places;
}

/// The folder of a seed in a run's.
std::string seed_folder(const fs::path& home, const Settings& repeat) {
  return (home / ("seed-" + std::to_string(repeat.seed.value_or(0)))).string();
}

void add_default_folders(const std::vector<ReadyPart>& parts, MadeFolders& made, RunPlan& plan) {
  auto& own = plan.places.emplace_back();
  for (const auto& ready : parts)
    own.push_back({.folder = made.add(make_default_folder(ready.part, plan.start)), .date = {}});
  plan.home = own.front().folder;
}

/// Dates that follow each other from the start on, all of them free.
void date(RunPlan& plan) {
  for (bool free = false; !free; plan.start += microseconds(1)) {
    free = true;
    auto when = plan.start;
    for (auto& of_repeat : plan.places) {
      for (auto& place : of_repeat) {
        place.date = date_id(when);
        free = free && is_date_free(place.folder, place.date);
        when += microseconds(1);
      }
    }
  }
  plan.start -= microseconds(1);
}

}  // namespace

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
      plan.places.push_back(places_of(tasks, repeat));
    }
  } else if (settings.output) {
    plan.places.push_back(places_of(tasks, settings));
  } else {
    add_default_folders(parts, folders, plan);
  }
  for (const auto& of_repeat : plan.places) {
    for (const auto& place : of_repeat) folders.add_missing(place.folder);
  }
  date(plan);
  return plan;
}

Json to_json(const RunPlan& plan) {
  auto places = Json::array();
  for (const auto& of_repeat : plan.places) {
    auto& own = places.emplace_back(Json::array());
    for (const auto& place : of_repeat) {
      const auto from_home = fs::path(place.folder).lexically_relative(plan.home);
      own.push_back({{"folder", from_home.string()}, {"date", place.date}});
    }
  }
  return {{"places", std::move(places)},
          {"start_us",
           std::chrono::duration_cast<microseconds>(plan.start.time_since_epoch()).count()}};
}

RunPlan plan_from(const Json& json, const fs::path& home) {
  RunPlan plan{.home = home, .places = {}, .start = {}};
  for (const auto& of_repeat : json.at("places")) {
    auto& own = plan.places.emplace_back();
    for (const auto& place : of_repeat) {
      const auto folder = (home / place.at("folder").get<std::string>()).lexically_normal();
      own.push_back(
          {.folder = folder.has_filename() ? folder.string() : folder.parent_path().string(),
           .date = place.at("date").get<std::string>()});
    }
  }
  plan.start = Time(microseconds(json.at("start_us").get<std::int64_t>()));
  return plan;
}

std::vector<std::unique_ptr<RunJournal>> find_incomplete(const Json& asked) {
  std::vector<std::unique_ptr<RunJournal>> found;
  if (!is_folder(kRuns)) return found;
  const auto entries = entries_of(kRuns, ErrorKind::results);
  for (const auto& folder : std::views::reverse(entries)) {  // names begin with dates
    const auto place = journal_in(folder);
    if (!is_file(place.journal)) continue;
    try {
      auto journal = std::make_unique<RunJournal>(place, /*fresh=*/false);
      if (journal->resumes() && journal->has_note("asked", asked))
        found.push_back(std::move(journal));
    } catch (const Error& error) {
      std::cerr << visible(std::string("passed over: ") + error.what()) << "\n";
    }
  }
  return found;
}

}  // namespace smdm
