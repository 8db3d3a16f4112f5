#include "harness/settings/checkpoint_defaults.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm {
namespace {

constexpr int kVersion = 1;
constexpr std::array<std::string_view, 14> kNames = {
    "estimator",    "mc-samples",   "mc-strata",   "max-rows",   "target-error",
    "racing-error", "prompt-reuse", "cfg",         "cfg-second", "sampler",
    "steps",        "total-length", "temperature", "stages"};

template <typename T>
constexpr const char* kTypeName = "a number";
template <>
constexpr const char* kTypeName<std::int64_t> = "a whole number";
template <>
constexpr const char* kTypeName<std::string> = "a string";

template <typename T>
bool has_type(const Json& value) {
  if constexpr (std::is_same_v<T, std::string>) return value.is_string();
  if constexpr (std::is_same_v<T, std::int64_t>) return value.is_number_integer();
  return value.is_number();
}

/// Sets one setting by its name.
class Setter {
 public:
  Setter(std::string where, std::string name, const Json& value)
      : where_(std::move(where)), name_(std::move(name)), value_(value) {}

  template <typename T>
  void operator()(const Field& field, std::optional<T>& setting) const {
    if (field.name() != name_) return;
    if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::int64_t> ||
                  std::is_same_v<T, double>) {
      if (!has_type<T>(value_)) wanted(kTypeName<T>);
      setting = value_.get<T>();
      check_allowed(field);
      check_range(*setting);
    }
  }
  template <typename T>
  void operator()(const Field&, T&) const {}  // flags and lists are no defaults

 private:
  [[noreturn]] void wanted(const std::string& what) const {
    throw Error(ErrorKind::checkpoint,
                where_ + ", " + name_ + ": wanted " + what + ", got " + value_.dump());
  }

  void check_range(const std::string&) const {}
  void check_range(std::int64_t value) const {
    if (name_ == "stages" && value > 2) wanted("1 or 2");
    if (value < 1) wanted("at least 1");
  }
  void check_range(double value) const {
    if (!(value >= 0.0)) wanted("a number >= 0");
  }

  void check_allowed(const Field& field) const {
    if (field.allowed.empty()) return;
    if (std::ranges::find(field.allowed, value_.get<std::string>()) != field.allowed.end()) return;
    std::string list;
    for (const auto& one : field.allowed) list += (list.empty() ? "" : " or ") + one;
    wanted(list);
  }

  std::string where_;
  std::string name_;
  const Json& value_;
};

bool is_task_or_group(const std::string& name) {
  const auto named = [&](const Task& task) { return info(task).name == name; };
  return std::ranges::any_of(all_tasks(), named) ||
         std::ranges::find(all_task_groups(), name, &TaskGroup::name) != all_task_groups().end();
}

Settings settings_of(const std::string& where, const Json& object) {
  if (!object.is_object())
    throw Error(ErrorKind::checkpoint, where + ": wanted an object, got " + object.dump());
  Settings settings;
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(kNames, name) == kNames.end())
      throw Error(
          ErrorKind::checkpoint,
          std::string(where).append(": no task can be given a default of \"").append(name) + "\"");
    for_each_number_field(settings, Setter(where, name, value));
  }
  return settings;
}

}  // namespace

EvaluationDefaults read_evaluation_defaults(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return {};
  std::ifstream stream(file);
  const auto json = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  const auto version = json.is_object() ? json.value("evaluation_version", Json()) : Json();
  if (version != Json(kVersion) || !json.contains("tasks") || !json.at("tasks").is_object()) {
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
