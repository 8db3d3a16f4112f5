// Values of evaluation.json are checked against the rows of the table of settings: type, allowed
// values and range are those of the option with the same name.
#include "harness/settings/checkpoint_defaults.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/files/read.hpp"
#include "base/json.hpp"
#include "tasks/ask/catalog.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

constexpr int kVersion = 1;
/// A value of evaluation.json on its way to the setting of its name.
struct Given {
  const std::string& where;
  const Setting& setting;
  const Json& value;
};

/// A value in an error's text; lists and objects of any depth are not written out.
std::string shown(const Json& value) {
  return value.is_structured() ? describe(value) : value.dump();
}

[[noreturn]] void wanted(const Given& given, const std::string& what) {
  throw Error(ErrorKind::checkpoint, given.where + ", " + name_of(given.setting) + ": wanted " +
                                         what + ", got " + shown(given.value));
}

void check_type(const Given& given) {
  const auto& member = given.setting.member;
  if (std::holds_alternative<std::optional<std::string> Settings::*>(member)) {
    if (!given.value.is_string()) wanted(given, "a string");
  } else if (std::holds_alternative<std::optional<std::int64_t> Settings::*>(member)) {
    if (!given.value.is_number_integer()) wanted(given, "a whole number");
    // What is read as an unsigned number may be more than the setting holds.
    const bool fits = !given.value.is_number_unsigned() ||
                      std::in_range<std::int64_t>(given.value.get<std::uint64_t>());
    if (!fits) wanted(given, "a whole number below 2^63");
  } else if (!given.value.is_number()) {
    wanted(given, "a number");
  }
}

void check_allowed(const Given& given) {
  const auto& allowed = given.setting.allowed;
  if (allowed.empty() ||
      std::ranges::find(allowed, given.value.get<std::string>()) != allowed.end())
    return;
  std::string list;
  for (const auto& one : allowed) list += (list.empty() ? "" : " or ") + one;
  wanted(given, list);
}

void check_value(const Given& given) {
  check_type(given);
  check_allowed(given);
  const auto& range = given.setting.range;
  if (range.holds != nullptr && !range.holds(given.value.get<double>()))
    wanted(given, range.wanted);
}

/// The setting that a file may give a default, or null.
const Setting* find_setting(const std::string& name) {
  const auto found = std::ranges::find_if(all_settings(), [&](const Setting& setting) {
    return setting.checkpoint_default && name_of(setting) == name;
  });
  return found == all_settings().end() ? nullptr : &*found;
}

bool is_task_or_group(const std::string& name) {
  const auto named = [&](const Task& task) { return info(task).name == name; };
  return std::ranges::any_of(all_tasks(), named) ||
         std::ranges::find(all_task_groups(), name, &TaskGroup::name) != all_task_groups().end();
}

Settings settings_of(const std::string& where, const Json& object) {
  if (!object.is_object())
    throw Error(ErrorKind::checkpoint, where + ": wanted an object, got " + shown(object));
  Settings settings;
  for (const auto& [name, value] : object.items()) {
    const auto* setting = find_setting(name);
    if (setting == nullptr)
      throw Error(
          ErrorKind::checkpoint,
          std::string(where).append(": no task can be given a default of \"").append(name) + "\"");
    check_value({.where = where, .setting = *setting, .value = value});
    write(*setting, settings, value);
  }
  return settings;
}

}  // namespace

EvaluationDefaults read_evaluation_defaults(const std::filesystem::path& file) {
  const auto text = read_file_if_there(file, ErrorKind::checkpoint);
  if (!text) return {};
  const auto json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const bool known = json.is_object() && json.contains("evaluation_version") &&
                     json.at("evaluation_version") == Json(kVersion);
  if (!known || !json.contains("tasks") || !json.at("tasks").is_object()) {
    throw Error(ErrorKind::checkpoint, file.string() + ": wanted {\"evaluation_version\": " +
                                           std::to_string(kVersion) + ", \"tasks\": {...}}");
  }
  EvaluationDefaults defaults;
  for (const auto& [task, object] : json.at("tasks").items()) {
    if (!is_task_or_group(task)) {
      throw Error(ErrorKind::checkpoint,
                  file.string() + ": wanted names of tasks or groups, got \"" + task + "\"");
    }
    std::string where = file.string();
    defaults[task] = settings_of(where.append(": ").append(task), object);
  }
  return defaults;
}

Settings defaults_of(const EvaluationDefaults& defaults, const std::string& task) {
  const auto own = defaults.find(task);
  if (own != defaults.end()) return own->second;
  for (const auto& group : all_task_groups()) {
    const auto found = defaults.find(group.name);
    const bool member = std::ranges::find(group.tasks, task) != group.tasks.end();
    if (found != defaults.end() && member) return found->second;
  }
  return {};
}

}  // namespace smdm
