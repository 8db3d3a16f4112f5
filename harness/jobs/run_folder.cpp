// Names are made of date, model and tasks, reduced to characters that every file system takes. The
// folder is made to claim its name before hours of work, and removed again if nothing came of them.
#include "harness/jobs/run_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <ranges>

#include "base/files/paths.hpp"
#include "base/text/dates.hpp"
#include "results/run/model_name.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

std::string named(const std::string& model,
                  const std::vector<std::string>& tasks,
                  std::chrono::system_clock::time_point when) {
  std::string list;
  for (const auto& task : tasks) list += (list.empty() ? "" : "+") + task;
  constexpr std::size_t kLongest = 60;
  if (list.size() > kLongest) list = std::to_string(tasks.size()) + "-tasks";
  return portable_name(date_text(when, TimeZone::utc) + "-" + model.substr(0, kLongest) + "-" +
                       list);
}

/// Claims a folder that nobody has.
std::string made(const std::string& name) {
  const auto first = fs::path(kRuns) / name;
  auto folder = first;
  make_folder(kRuns);
  for (int k = 2; !claim_folder(folder); ++k) folder = first.string() + "-" + std::to_string(k);
  return folder.string();
}

/// The tasks of a part: a group under its name where the part has all of it.
std::vector<std::string> names_of(const EvaluationPart& part) {
  const auto here = [&](const Task& task) {
    return std::ranges::any_of(part.tasks,
                               [&](const Task& own) { return info(own).name == info(task).name; });
  };
  std::vector<std::string> names;
  for (const auto& asked : part.settings.tasks) {
    const auto tasks = find_tasks(std::vector<std::string>{asked});
    if (std::ranges::all_of(tasks, here)) {
      names.push_back(asked);
      continue;
    }
    for (const auto& task : tasks) {
      if (here(task)) names.push_back(info(task).name);
    }
  }
  return names;
}

}  // namespace

MadeFolders::MadeFolders() {
  had_runs_ = is_taken(kRuns);
}

MadeFolders::~MadeFolders() {
  while (!missing_.empty()) missing_.pop_back();  // the later ones may lie in the earlier ones
  // A folder with something in it is not removed.
  for (const auto& folder : std::views::reverse(folders_)) remove_quietly(folder);
  if (!had_runs_) remove_quietly(kRuns);
}

std::string MadeFolders::add(const std::string& folder) {
  folders_.push_back(folder);
  return folder;
}

std::string MadeFolders::add_missing(const std::string& folder) {
  missing_.push_back(std::make_unique<const MissingFolders>(folder));
  return folder;
}

std::string make_default_folder(const EvaluationPart& part,
                                std::chrono::system_clock::time_point start) {
  const auto model =
      part.model.empty() ? short_model_name(part.settings.model.value_or("model")) : part.model;
  return made(named(model, names_of(part), start));
}

std::string make_default_folder(const Settings& settings) {
  const auto model = settings.model ? short_model_name(*settings.model) : "embedded";
  return made(named(model, settings.tasks, std::chrono::system_clock::now()));
}

}  // namespace smdm
