// What all sources of points have in common: checks over the whole set, and what is left out.
#include "results/scaling/points.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <tuple>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "results/scaling/sources.hpp"

namespace smdm::scaling {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw Error(ErrorKind::data, text);
}

void check_units(const std::vector<Point>& points) {
  const Point& first = points.front();
  for (const Point& point : points) {
    if (point.unit != first.unit)
      refuse(point.where + ": wanted losses in " + first.unit + " as at " + first.where + ", got " +
             point.unit);
    const bool same = !point.tokenizer || !first.tokenizer || *point.tokenizer == *first.tokenizer;
    if (!same && point.unit != "bits_per_byte")
      refuse(point.where + ": wanted losses of one tokenizer (" + first.tokenizer.value() + " at " +
             first.where + ") or in bits_per_byte, got tokenizer " + point.tokenizer.value());
  }
}

void check_duplicates(const std::vector<Point>& points) {
  using Key = std::tuple<std::string, double, double, std::optional<std::uint64_t>>;
  std::map<Key, const Point*> seen;
  for (const Point& point : points) {
    const auto [other, is_new] =
        seen.try_emplace({point.family, point.flops, point.params, point.seed}, &point);
    if (!is_new)
      refuse(point.where + ": wanted each family, flops, params and seed once, got those of " +
             other->second->where + " again");
  }
}

/// Bounds of different kinds within a family would bend its curve.
void check_bounds(const std::vector<Point>& points) {
  std::map<std::string, const Point*> first;
  for (const Point& point : points) {
    const auto& other = *first.try_emplace(point.family, &point).first->second;
    if (other.bound != point.bound)
      refuse(point.where + ": wanted one kind of loss in family " + point.family + " (" +
             other.bound.value_or("no bound") + " at " + other.where + "), got " +
             point.bound.value_or("no bound"));
  }
}

/// What --exclude names.
struct Pattern {
  std::string family;
  std::optional<double> flops;
  std::optional<double> params;

  [[nodiscard]] bool names(const Point& point) const {
    const auto near = [](const std::optional<double>& wanted, double value) {
      constexpr double kNear = 1e-3;
      return !wanted || std::fabs(value - *wanted) <= kNear * *wanted;
    };
    return point.family == family && near(flops, point.flops) && near(params, point.params);
  }
};

double number_of(const std::string& text, const std::string& pattern) {
  double value = 0.0;
  const auto* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc{} || result.ptr != end || !(value > 0.0))
    throw Error(ErrorKind::usage,
                "--exclude: wanted family, family:flops or family:flops:params, got " + pattern);
  return value;
}

Pattern pattern_of(const std::string& text) {
  Pattern pattern{.family = text, .flops = std::nullopt, .params = std::nullopt};
  std::vector<std::string> numbers;
  while (numbers.size() < 2) {
    const auto colon = pattern.family.rfind(':');
    if (colon == std::string::npos) break;
    numbers.push_back(pattern.family.substr(colon + 1));
    pattern.family.resize(colon);
  }
  if (!numbers.empty()) pattern.flops = number_of(numbers.back(), text);
  if (numbers.size() == 2) pattern.params = number_of(numbers.front(), text);
  return pattern;
}

}  // namespace

double tokens_of(const Point& point) {
  constexpr double kFlopsPerParameterAndToken = 6.0;
  return point.tokens.value_or(point.flops / (kFlopsPerParameterAndToken * point.params));
}

Points read_points(const std::vector<std::string>& files) {
  Points all;
  for (const auto& file : files) {
    const bool training = is_folder(file) || file.ends_with(".json");
    if (training) {
      all.points.push_back(read_training(file));
    } else {
      read_table(file, all);
    }
  }
  if (all.points.empty()) {
    refuse(files.front() + ": wanted points to fit, got " +
           (all.refused.empty()
                ? "none"
                : "none but " + all.refused.front().what + ": " + all.refused.front().reason));
  }
  check_units(all.points);
  check_bounds(all.points);
  check_duplicates(all.points);
  return all;
}

void exclude(Points& points, const std::vector<std::string>& patterns) {
  for (const auto& text : patterns) {
    const auto pattern = pattern_of(text);
    const auto left = std::ranges::remove_if(
        points.points, [&](const Point& point) { return pattern.names(point); });
    if (left.empty())
      throw Error(ErrorKind::usage, "--exclude: wanted a pattern of points, got " + text +
                                        ", which names none of those left");
    points.points.erase(left.begin(), left.end());
  }
  if (points.points.empty())
    throw Error(ErrorKind::usage, "--exclude: wanted points that are left, got none");
}

}  // namespace smdm::scaling
