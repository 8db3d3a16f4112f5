// What a file says of an option is checked by the type that the option's value has: TOML knows
// types, so a text is no number, and a number no text.
#include "harness/cli/configuration.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text/json_text.hpp"
#include "base/text/nearest.hpp"
#include "harness/cli/read_number.hpp"
#include "harness/cli/toml.hpp"
#include "harness/cli/values.hpp"
#include "harness/settings/refuse.hpp"
#include "harness/settings/table.hpp"

namespace smdm {
namespace {

using Texts = std::vector<std::string>;

Texts split(const std::string& text) {
  Texts parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const auto end = std::min(text.find(',', begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// Every name of a setting without its dashes.
Texts keys_of(const Setting& setting) {
  auto keys = split(setting.names);
  for (auto& key : keys) key.erase(0, key.find_first_not_of('-'));
  return keys;
}

const Setting* find_setting(std::string key) {
  key.erase(0, key.find_first_not_of('-'));
  for (const auto& setting : all_settings()) {
    for (const auto& name : keys_of(setting)) {
      if (name == key) return &setting;
    }
  }
  return nullptr;
}

[[noreturn]] void refuse_key(const ConfigEntry& entry) {
  Texts known;
  for (const auto& setting : all_settings()) {
    for (auto& name : keys_of(setting)) {
      if (name.size() > 1) known.push_back(std::move(name));
    }
  }
  const auto near = nearest_name(entry.key, known);
  throw Error(ErrorKind::usage,
              entry.where + ": unknown option \"" + entry.key + "\"" +
                  (near ? ": did you mean \"" + *near + "\"?" : "; see smdm-eval --help"));
}

[[noreturn]] void wanted(const ConfigEntry& entry, const std::string& what) {
  const auto& value = entry.value;
  // JSON has no text for infinity and what is no number.
  const auto came = value.is_number_float() ? number_text(value.get<double>()) : json_text(value);
  refuse(entry.where + ": " + entry.key, what, came);
}

std::string text_of(const ConfigEntry& entry, const Json& value) {
  const bool fits = value.is_string() && !value.get_ref<const std::string&>().empty() &&
                    value.get_ref<const std::string&>().find('\0') == std::string::npos;
  if (!fits) {
    const bool list = !value.is_string() && entry.value.is_array();
    wanted(entry, value.is_string() ? "a text that is not empty and has no NUL"
                  : list            ? "a list of texts in quotes"
                                    : "a text in quotes");
  }
  return value.get<std::string>();
}

Json list_value(const ConfigEntry& entry) {
  const auto elements = entry.value.is_array() ? entry.value : Json::array({entry.value});
  auto list = Json::array();
  for (const auto& element : elements) {
    for (auto& part : split(text_of(entry, element))) list.push_back(std::move(part));
  }
  if (list.empty()) wanted(entry, "at least one value");
  return list;
}

Json text_value(const ConfigEntry& entry, const Setting& setting) {
  auto text = text_of(entry, entry.value);
  const auto fault =
      setting.allowed.empty() ? std::nullopt : fault_of_choice(setting.allowed, text);
  if (fault) throw Error(ErrorKind::usage, entry.where + ": " + entry.key + ": " + *fault);
  return text;
}

template <typename T>
Json number_value(const ConfigEntry& entry) {
  if constexpr (std::is_floating_point_v<T>) {
    const bool fits = entry.value.is_number() && std::isfinite(entry.value.get<double>());
    if (!fits) wanted(entry, "a number");
  } else {
    if (!entry.value.is_number_integer()) wanted(entry, "a whole number");
    if (!std::in_range<T>(entry.value.get<std::int64_t>())) wanted(entry, range_text<T>());
  }
  return entry.value;
}

/// The value as write() takes it.
Json checked_value(const ConfigEntry& entry, const Setting& setting) {
  return std::visit(
      [&]<typename T>(T Settings::* const /*member*/) -> Json {
        if constexpr (std::is_same_v<T, bool>) {
          if (!entry.value.is_boolean()) wanted(entry, "true or false");
          return entry.value;
        } else if constexpr (std::is_same_v<T, Texts>) {
          return list_value(entry);
        } else if constexpr (std::is_same_v<T, std::optional<std::string>>) {
          return text_value(entry, setting);
        } else {
          return number_value<typename T::value_type>(entry);
        }
      },
      setting.member);
}

}  // namespace

void read_configuration(const std::string& file,
                        const std::function<bool(const Setting&)>& on_command_line,
                        Settings& settings) {
  std::map<const Setting*, std::string> seen;  // under which key
  for (const auto& entry : read_toml(file)) {
    const auto* setting = find_setting(entry.key);
    if (setting == nullptr) refuse_key(entry);
    const auto [first, is_new] = seen.emplace(setting, entry.key);
    if (!is_new)
      refuse(entry.where + ": " + entry.key, "each option once", "it also as " + first->second);
    const auto value = checked_value(entry, *setting);
    if (!on_command_line(*setting)) write(*setting, settings, value);
  }
}

}  // namespace smdm
