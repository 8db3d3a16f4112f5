// progress.json read back. It is renewed every five seconds while a run lives, so that one which
// says "running" and is old belongs to a process that was killed.
#include "harness/journal/incomplete_runs.hpp"

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "harness/journal/journal_place.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

/// A member of the type wanted, or nothing: another version may write others.
template <typename T>
std::optional<T> member(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return std::nullopt;
  if constexpr (std::is_same_v<T, std::string>) {
    if (!found->is_string()) return std::nullopt;
  } else if constexpr (std::is_integral_v<T>) {
    if (!found->is_number_integer()) return std::nullopt;
  } else {
    if (!found->is_number()) return std::nullopt;
  }
  return found->get<T>();
}

std::vector<IncompleteTask> tasks_in(const Json& progress) {
  std::vector<IncompleteTask> tasks;
  const auto found = progress.find("tasks");
  if (found == progress.end() || !found->is_array()) return tasks;
  for (const Json& task : *found) {
    if (!task.is_object()) continue;
    tasks.push_back({.name = member<std::string>(task, "task").value_or(""),
                     .model = member<std::string>(task, "model").value_or(""),
                     .documents = member<std::int64_t>(task, "documents").value_or(0),
                     .done = member<std::int64_t>(task, "done").value_or(0)});
  }
  return tasks;
}

/// What the file says, or "cut off" where nobody has renewed it for as long as a lock of another
/// machine counts.
std::string state_of(const Json& progress, double now_s) {
  constexpr double kAlive = 30.0;  // seconds
  auto state = member<std::string>(progress, "state").value_or("");
  if (state == "stopped" || state == "failed") return state;
  const auto updated = member<double>(progress, "updated_s").value_or(0.0);
  return state == "running" && now_s - updated < kAlive ? state : "cut off";
}

IncompleteRun run_at(const JournalPlace& place, double now_s) {
  IncompleteRun run;
  run.where = place.name;
  run.state = "cut off";
  const auto text = read_file_if_there(place.progress, ErrorKind::results);
  if (!text) return run;
  const auto progress = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!progress.is_object()) return run;
  run.state = state_of(progress, now_s);
  run.tasks = tasks_in(progress);
  run.documents = member<std::int64_t>(progress, "documents");
  run.done = member<std::int64_t>(progress, "done");
  run.seconds_left = member<double>(progress, "seconds_left");
  run.updated_s = member<double>(progress, "updated_s");
  return run;
}

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

std::vector<IncompleteRun> incomplete_runs(const fs::path& folder, double now_s) {
  std::vector<IncompleteRun> runs;
  for (const auto& file : entries_of(folder, ErrorKind::results)) {
    const auto place = place_of_journal(file);
    if (place && is_file(file)) runs.push_back(run_at(*place, now_s));
  }
  return runs;
}

Json to_json(const IncompleteRun& run) {
  Json tasks = Json::array();
  for (const IncompleteTask& task : run.tasks) {
    tasks.push_back({{"name", task.name},
                     {"model", task.model.empty() ? Json(nullptr) : Json(task.model)},
                     {"documents", task.documents},
                     {"done", task.done}});
  }
  return {{"where", run.where.string()},
          {"state", run.state},
          {"documents", or_null(run.documents)},
          {"done", or_null(run.done)},
          {"seconds_left", or_null(run.seconds_left)},
          {"updated_s", or_null(run.updated_s)},
          {"tasks", tasks}};
}

}  // namespace smdm
