// Dates and periods: what ISO 8601 says, and what is refused.
#include "tasks/data/period.hpp"

#include <stdexcept>

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace {

using namespace smdm;
using namespace std::chrono;

DayRange range(int y1, unsigned m1, unsigned d1, int y2, unsigned m2, unsigned d2) {
  return {.first = sys_days(year(y1) / month(m1) / day(d1)),
          .last = sys_days(year(y2) / month(m2) / day(d2))};
}

std::string period_name(const std::string& date, const PeriodRule& rule) {
  const auto period = period_of(parse_days(date).value(), rule);
  return period ? period->name : "";
}

PeriodRule rule(const std::vector<std::string>& words) {
  return parse_period_rule(words);
}

}  // namespace

TEST_CASE("dates") {
  CHECK(parse_days("2024") == range(2024, 1, 1, 2024, 12, 31));
  CHECK(parse_days("2024-02") == range(2024, 2, 1, 2024, 2, 29));
  CHECK(parse_days("2023-02") == range(2023, 2, 1, 2023, 2, 28));
  CHECK(parse_days("2024-02-29") == range(2024, 2, 29, 2024, 2, 29));
  CHECK(parse_days("2022-09-30T17:59:59Z") == range(2022, 9, 30, 2022, 9, 30));
  CHECK(parse_days("2022-09-30 17:59:59") == range(2022, 9, 30, 2022, 9, 30));
  for (const char* wrong : {"", "24", "202", "20240229", "2024-", "2024-2", "2024-13", "2024-00",
                            "2023-02-29", "2024-04-31", "2024-02-00", "2024-02-2", "2024-02-290",
                            "2024/02/01", "2024-02T10:00", "-2024", "2024-02-1x", "yesterday"}) {
    INFO(wrong);
    CHECK_FALSE(parse_days(wrong).has_value());
  }
}

TEST_CASE("periods that names name") {
  CHECK(parse_period("2024-02")->days == range(2024, 2, 1, 2024, 2, 29));
  CHECK(parse_period("2024-02..2024-03")->days == range(2024, 2, 1, 2024, 3, 31));
  CHECK(parse_period("2024..2024-02-10")->days == range(2024, 1, 1, 2024, 2, 10));
  for (const char* wrong : {"2024-03..2024-02", "..", "2024..", "..2024", "2024-02 10:00",
                            "2024-02-01T10:00..2024-03", "CC-MAIN-2024-10"}) {
    INFO(wrong);
    CHECK_FALSE(parse_period(wrong).has_value());
  }
}

TEST_CASE("calendar periods") {
  CHECK(period_name("2024-02-29T23:59:59Z", CalendarUnit::month) == "2024-02");
  CHECK(period_name("0033-04-03", CalendarUnit::month) == "0033-04");
  CHECK(period_name("2024-02", CalendarUnit::month) == "2024-02");
  CHECK(period_name("2024", CalendarUnit::year) == "2024");
  CHECK(period_name("1999-12-31", CalendarUnit::year) == "1999");
  const auto vague = [](const std::string& date, const PeriodRule& periods) {
    return test::error_text<ErrorKind::data>([&] { return period_name(date, periods); });
  };
  CHECK(vague("2024", CalendarUnit::month) ==
        "wanted a date that lies in one month, got one of 2024-01-01 to 2024-12-31");
  CHECK(test::contains(vague("2024-02", rule({"2024-02-10..2024-03"})), "in none"));
}

TEST_CASE("given periods") {
  CHECK(std::get<CalendarUnit>(rule({"month"})) == CalendarUnit::month);
  CHECK(std::get<CalendarUnit>(rule({"year"})) == CalendarUnit::year);
  const auto given = rule({"2024-04..2024-04", "2024-02..2024-03"});
  const auto& periods = std::get<std::vector<Period>>(given);
  REQUIRE(periods.size() == 2);
  CHECK(periods[0].name == "2024-02..2024-03");  // in time order
  CHECK(period_name("2024-02-01", given) == "2024-02..2024-03");
  CHECK(period_name("2024-03-31", given) == "2024-02..2024-03");
  CHECK(period_name("2024-04", given) == "2024-04..2024-04");
  CHECK(period_name("2024-05-01", given).empty());
  CHECK(period_name("2023", given).empty());
  for (const auto& wrong :
       std::vector<std::vector<std::string>>{{},
                                             {""},
                                             {"week"},
                                             {"2024-02"},
                                             {"month", "year"},
                                             {"2024-02..2024-04", "2024-04..2025"}}) {
    CHECK_THROWS_AS(rule(wrong), std::invalid_argument);
  }
}
