// A sweep is read setting by setting through the table of settings, so that a new setting can be
// swept without a change here.
#include "harness/tradeoff/sweep.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <type_traits>
#include <utility>

#include "base/error.hpp"
#include "base/text/nearest.hpp"
#include "harness/cli/read_number.hpp"
#include "harness/cli/values.hpp"
#include "harness/settings/refuse.hpp"
#include "harness/settings/table.hpp"

namespace smdm::tradeoff {
namespace {

/// One "setting=value,value".
struct Swept {
  const Setting* setting = nullptr;
  std::vector<std::string> values;
};

bool can_be_swept(const Setting& setting) {
  const bool list = std::holds_alternative<std::vector<std::string> Settings::*>(setting.member);
  return setting.effect == Effect::number && !list &&
         is_used(setting, Work::generation, ModelKind::mdm);
}

const Setting& setting_of(const std::string& name, const std::string& where) {
  std::vector<std::string> known;
  for (const auto& setting : all_settings()) {
    if (!can_be_swept(setting)) continue;
    if (name_of(setting) == name || recorded_name(setting) == name) return setting;
    known.push_back(name_of(setting));
  }
  const auto near = nearest_name(name, known);
  std::string all;
  for (const auto& one : known) all += (all.empty() ? "" : ", ") + one;
  throw Error(ErrorKind::usage, where + ": wanted settings of a generation (" + all + "), got " +
                                    name + (near ? ": did you mean " + *near + "?" : ""));
}

std::vector<std::string> parts_of(const std::string& text, char between) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, between);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

Swept read_swept(const std::string& text, const std::string& where) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) refuse(where, "setting=value,value", text);
  Swept swept{.setting = &setting_of(text.substr(0, equals), where),
              .values = parts_of(text.substr(equals + 1), ',')};
  if (swept.values.empty()) refuse(where, "at least one value", text);
  return swept;
}

/// A value as write() takes it.
Json read_value(const Setting& setting, const std::string& text, const std::string& where) {
  const auto option = where + ": " + name_of(setting);
  return std::visit(
      [&]<typename T>(T Settings::* const /*member*/) -> Json {
        if constexpr (std::is_same_v<T, bool>) {
          if (text != "true" && text != "false") refuse(option, "true or false", text);
          return text == "true";
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          refuse(option, "a single value", text);
        } else if constexpr (std::is_same_v<T, std::optional<std::string>>) {
          const auto fault =
              setting.allowed.empty() ? std::nullopt : fault_of_choice(setting.allowed, text);
          if (fault) throw Error(ErrorKind::usage, option + ": " + *fault);
          return text;
        } else {
          return read_number<typename T::value_type>(option, text);
        }
      },
      setting.member);
}

/// Adds a setting to a name. A sampler is known by its name, and so is the setting that is named
/// after it: "threshold 0.9".
void add(std::string& names, const Setting& setting, const std::string& value) {
  const auto name = name_of(setting);
  const auto own = name == "sampler" ? value : name + " " + value;
  if (names == name || names.ends_with(", " + name)) {
    names += " " + value;
  } else {
    names += (names.empty() ? "" : ", ") + own;
  }
}

/// The index of the last setting with several values: along it runs a curve.
std::size_t running(const std::vector<Swept>& swept) {
  for (std::size_t i = swept.size(); i > 0; --i) {
    if (swept[i - 1].values.size() > 1) return i - 1;
  }
  return swept.size();
}

/// The point that takes one value of each setting.
SweepPoint point_of(const std::vector<Swept>& swept,
                    const std::vector<std::size_t>& chosen,
                    const Settings& base,
                    const std::string& where) {
  SweepPoint point{.name = {}, .curve = {}, .settings = base};
  const auto along = running(swept);
  for (std::size_t i = 0; i < swept.size(); ++i) {
    const auto& setting = *swept[i].setting;
    const auto& text = swept[i].values[chosen[i]];
    write(setting, point.settings, read_value(setting, text, where));
    check_range(setting, point.settings);
    add(point.name, setting, text);
    if (i != along) add(point.curve, setting, text);
  }
  if (point.curve.empty()) point.curve = name_of(*swept[along].setting);
  return point;
}

/// The next combination, the last setting's value first. @return false  after the last one
bool to_next(const std::vector<Swept>& swept, std::vector<std::size_t>& chosen) {
  for (std::size_t i = swept.size(); i > 0; --i) {
    if (++chosen[i - 1] < swept[i - 1].values.size()) return true;
    chosen[i - 1] = 0;
  }
  return false;
}

void check_once(const std::vector<Swept>& swept, const std::string& where) {
  std::set<const Setting*> seen;
  for (const auto& one : swept) {
    if (!seen.insert(one.setting).second)
      refuse(where, "each setting once", name_of(*one.setting) + " twice");
  }
}

/// "48,24,12,6,3": from one token a step on, each time twice as many.
std::string halved(std::int64_t length) {
  constexpr int kTimes = 5;
  std::string text;
  for (int i = 0; i < kTimes && length > 0; ++i, length /= 2)
    text += (text.empty() ? "" : ",") + std::to_string(length);
  return text;
}

}  // namespace

std::vector<SweepPoint> sweep_points(const std::string& sweep, const Settings& base) {
  const auto where = "--sweep \"" + sweep + "\"";
  std::vector<Swept> swept;
  for (const auto& part : parts_of(sweep, ' ')) swept.push_back(read_swept(part, where));
  if (swept.empty()) refuse("--sweep", "setting=value,value", "'" + sweep + "'");
  check_once(swept, where);
  std::vector<SweepPoint> points;
  std::vector<std::size_t> chosen(swept.size(), 0);
  do {
    points.push_back(point_of(swept, chosen, base, where));
  } while (to_next(swept, chosen));
  return points;
}

std::string sequential_sweep(std::int64_t length) {
  return "sampler=llada steps=" + std::to_string(length);
}

std::vector<std::string> default_sweeps(std::int64_t length) {
  const auto steps = " steps=" + halved(length);
  const std::string confidences = "0.5,0.7,0.8,0.9,0.95";
  // A cache pays where an answer has several blocks: it is refreshed at the start of each.
  constexpr std::int64_t kUsualBlock = 32;
  const auto block = std::to_string(std::clamp<std::int64_t>(length / 4, 1, kUsualBlock));
  return {"sampler=llada" + steps,
          "sampler=margin" + steps,
          "sampler=threshold threshold=" + confidences,
          "sampler=factor factor=0.25,0.5,1,2,4",
          "sampler=entropy-bound entropy-bound=0.02,0.1,0.3,0.6,1",
          "kv-cache=dual sampler=threshold block-length=" + block + " threshold=" + confidences,
          "cfg=0.5 sampler=threshold threshold=" + confidences};
}

}  // namespace smdm::tradeoff
