#include "harness/settings/setting.hpp"

#include <algorithm>

#include "harness/settings/refuse.hpp"

namespace smdm {

std::string name_of(const Setting& setting) {
  const std::string all = setting.names;
  return all.substr(2, all.find(',') - 2);
}

std::string recorded_name(const Setting& setting) {
  auto name = name_of(setting);
  std::ranges::replace(name, '-', '_');
  return name;
}

Json read(const Setting& setting, const Settings& settings) {
  return std::visit(
      [&](const auto member) {
        const auto& value = settings.*member;
        if constexpr (requires { value.has_value(); }) {
          return value ? Json(*value) : Json();
        } else {
          return Json(value);
        }
      },
      setting.member);
}

bool is_given(const Setting& setting, const Settings& settings) {
  const auto value = read(setting, settings);
  return !value.is_null() && value != Json(false) && value != Json::array();
}

void write(const Setting& setting, Settings& settings, const Json& value) {
  std::visit(
      [&](const auto member) {
        auto& kept = settings.*member;
        using T = std::decay_t<decltype(kept)>;
        if constexpr (requires { kept.has_value(); }) {
          kept = value.get<typename T::value_type>();
        } else {
          kept = value.get<T>();
        }
      },
      setting.member);
}

void clear(const Setting& setting, Settings& settings) {
  std::visit([&](const auto member) { settings.*member = {}; }, setting.member);
}

bool is_used(const Setting& setting, Work work, ModelKind kind) {
  const auto& works = kind == ModelKind::mdm ? setting.use.diffusion : setting.use.autoregressive;
  return std::ranges::find(works, work) != works.end();
}

void check_range(const Setting& setting, const Settings& settings) {
  if (setting.range.holds == nullptr || !is_given(setting, settings)) return;
  const auto value = read(setting, settings);
  if (setting.range.holds(value.get<double>())) return;
  refuse("--" + name_of(setting), setting.range.wanted,
         value.is_number_float() ? number_text(value.get<double>()) : value.dump());
}

}  // namespace smdm
