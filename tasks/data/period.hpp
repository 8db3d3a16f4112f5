/// Days as ISO 8601 writes them, and the periods that documents are sorted into.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace smdm {

/// Days from first to last, both included.
struct DayRange {
  std::chrono::sys_days first;
  std::chrono::sys_days last;
  friend bool operator==(const DayRange&, const DayRange&) = default;
};

/// The days that "2024", "2024-02" or "2024-02-29" stands for. A day may be followed by "T" or a
/// space and a time, which is not read. Nothing for any other text, or a day that never was.
[[nodiscard]] std::optional<DayRange> parse_days(std::string_view text);

/// A stretch of time under the name that results show.
struct Period {
  std::string name;
  DayRange days;
};

/// The period that "2024-02" or "2024-02..2024-04" (both ends included) names; nothing for any
/// other text.
[[nodiscard]] std::optional<Period> parse_period(std::string_view text);

enum class CalendarUnit : std::uint8_t { month, year };

/// How documents become periods: one for each month or year in which there is a document, or the
/// given ones.
using PeriodRule = std::variant<CalendarUnit, std::vector<Period>>;

/// @param words  "month", "year", or any number of "FROM..TO"
/// @return the rule; given periods in time order
/// @throws std::invalid_argument  for other words, or periods that overlap
[[nodiscard]] PeriodRule parse_period_rule(std::span<const std::string> words);

/// The period of a document, or nothing if it lies outside those given.
/// @param date  the document's day, or the month or year that is all that is known
/// @throws Error(data)  if the date is too vague to tell
[[nodiscard]] std::optional<Period> period_of(const DayRange& date, const PeriodRule& rule);

}  // namespace smdm
