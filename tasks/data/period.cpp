// Dates are ranges of days: "2024" and "2024-02-29" differ only in length. A document belongs to a
// period if its range lies inside; one that is too vague to tell is refused, not guessed.
#include "tasks/data/period.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/error.hpp"

namespace smdm {
namespace {

using namespace std::chrono;

/// The number that exactly `digits` digits at the front of `text` write; takes them off.
std::optional<unsigned> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  unsigned number = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = 10 * number + static_cast<unsigned>(c - '0');
  }
  text.remove_prefix(digits);
  return number;
}

/// What follows a hyphen: a number of two digits.
std::optional<unsigned> take_part(std::string_view& text) {
  if (!text.starts_with('-')) return std::nullopt;
  text.remove_prefix(1);
  return take_number(text, 2);
}

DayRange days_of(year_month month) {
  return {.first = sys_days(month / day(1)), .last = sys_days(month / last)};
}

DayRange days_of(year whole) {
  return {.first = sys_days(whole / January / 1), .last = sys_days(whole / December / 31)};
}

year_month month_of(sys_days date) {
  const year_month_day parts(date);
  return parts.year() / parts.month();
}

std::string padded(unsigned number, std::size_t width) {
  const auto digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

std::string name_of(year whole) {
  return padded(static_cast<unsigned>(static_cast<int>(whole)), 4);
}

std::string name_of(year_month month) {
  return name_of(month.year()) + "-" + padded(static_cast<unsigned>(month.month()), 2);
}

std::string name_of(sys_days date) {
  const year_month_day parts(date);
  return name_of(month_of(date)) + "-" + padded(static_cast<unsigned>(parts.day()), 2);
}

bool contains(const DayRange& outer, const DayRange& inner) {
  return outer.first <= inner.first && inner.last <= outer.last;
}

bool apart(const DayRange& a, const DayRange& b) {
  return a.last < b.first || b.last < a.first;
}

[[noreturn]] void fail_vague(const DayRange& date, const std::string& what) {
  throw Error(ErrorKind::data, "wanted a date that lies in one " + what + ", got one of " +
                                   name_of(date.first) + " to " + name_of(date.last));
}

Period unit_of(const DayRange& date, CalendarUnit unit) {
  const auto month = month_of(date.first);
  const bool monthly = unit == CalendarUnit::month;
  const auto days = monthly ? days_of(month) : days_of(month.year());
  if (!contains(days, date)) fail_vague(date, monthly ? "month" : "year");
  return {.name = monthly ? name_of(month) : name_of(month.year()), .days = days};
}

std::optional<Period> given_of(const DayRange& date, const std::vector<Period>& given) {
  for (const Period& period : given) {
    if (contains(period.days, date)) return period;
    if (!apart(period.days, date)) fail_vague(date, "period, or in none");
  }
  return std::nullopt;
}

}  // namespace

std::optional<DayRange> parse_days(std::string_view text) {
  const auto year_number = take_number(text, 4);
  if (!year_number) return std::nullopt;
  const auto whole = year(static_cast<int>(*year_number));
  if (text.empty()) return days_of(whole);
  const auto month_number = take_part(text);
  if (!month_number || !month(*month_number).ok()) return std::nullopt;
  const auto in_year = whole / month(*month_number);
  if (text.empty()) return days_of(in_year);
  const auto day_number = take_part(text);
  if (!day_number || !(in_year / day(*day_number)).ok()) return std::nullopt;
  if (!text.empty() && text.front() != 'T' && text.front() != ' ') return std::nullopt;
  const auto date = sys_days(in_year / day(*day_number));
  return DayRange{.first = date, .last = date};
}

std::optional<Period> parse_period(std::string_view text) {
  const auto dots = text.find("..");
  const auto from = parse_days(text.substr(0, dots));
  const auto to = dots == std::string_view::npos ? from : parse_days(text.substr(dots + 2));
  // A time of day has no place in a name.
  if (!from || !to || to->last < from->first || text.find_first_of("T :") != text.npos) {
    return std::nullopt;
  }
  return Period{.name = std::string(text), .days = {.first = from->first, .last = to->last}};
}

PeriodRule parse_period_rule(std::span<const std::string> words) {
  if (words.size() == 1 && words.front() == "month") return CalendarUnit::month;
  if (words.size() == 1 && words.front() == "year") return CalendarUnit::year;
  std::vector<Period> periods;
  for (const std::string& word : words) {
    auto period = parse_period(word);
    if (!period || word.find("..") == std::string::npos) {
      throw std::invalid_argument(
          "wanted month, year, or FROM..TO like 2024-02..2024-03 (several separated by commas), "
          "got \"" +
          word + "\"");
    }
    periods.push_back(std::move(*period));
  }
  if (periods.empty()) throw std::invalid_argument("wanted month, year, or FROM..TO, got nothing");
  std::ranges::sort(periods, {}, [](const Period& period) { return period.days.first; });
  for (std::size_t i = 1; i < periods.size(); ++i) {
    if (apart(periods[i - 1].days, periods[i].days)) continue;
    throw std::invalid_argument("wanted periods that do not overlap, got " + periods[i - 1].name +
                                " and " + periods[i].name);
  }
  return periods;
}

std::optional<Period> period_of(const DayRange& date, const PeriodRule& rule) {
  if (const auto* unit = std::get_if<CalendarUnit>(&rule)) return unit_of(date, *unit);
  return given_of(date, std::get<std::vector<Period>>(rule));
}

}  // namespace smdm
