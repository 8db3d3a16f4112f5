#include "results/show/periods.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace {

using namespace smdm;

std::vector<PeriodResult> two_periods() {
  const std::vector<PeriodScores> periods = {
      {.name = "2022-09",
       .units = {{.nats = -6.0, .tokens = 3.0, .bytes = 12.0, .monte_carlo_error = 0.3},
                 {.nats = -2.0, .tokens = 1.0, .bytes = 4.0, .monte_carlo_error = 0.4}}},
      {.name = "2022-10",
       .units = {{.nats = -9.0, .tokens = 3.0, .bytes = 12.0, .monte_carlo_error = 0.6}}}};
  return compare_periods(periods, 0);
}

}  // namespace

TEST_CASE("periods as JSON") {
  const auto periods = two_periods();
  const Json first = period_json(periods[0], "2022-09");
  CHECK(first.at("name") == "2022-09");
  CHECK(first.at("units") == 2);
  CHECK(first.at("perplexity").at("value") == periods[0].perplexity.value);
  CHECK(first.at("perplexity").at("interval").size() == 2);
  CHECK(first.at("change").is_null());
  CHECK(first.at("interval_level") == 0.95);
  const Json second = period_json(periods[1], "2022-09");
  CHECK(second.at("reference") == "2022-09");
  CHECK(second.at("change").at("value") == periods[1].change->value);
  CHECK(second.at("change").at("interval").is_null());
  CHECK(second.at("perplexity").at("interval").is_null());
}

TEST_CASE("periods as a table, upper bounds called so") {
  const auto periods = two_periods();
  const auto table = period_table(periods, Bound::lower, "documents");
  CHECK(test::contains(table, "perplexity (upper bound)"));
  CHECK(test::contains(table, "bits/byte (upper bound)"));
  CHECK(table.find("2022-09") < table.find("2022-10"));
  CHECK(test::contains(table, "reference"));
  CHECK(test::contains(table, " 7.39|7.39 .. 7.39|"));
  CHECK(test::contains(table, "+171.83 %"));
  CHECK(test::contains(table, "N/A"));
  CHECK_FALSE(period_table(periods, Bound::exact, "rows").find("bound") != std::string::npos);
  CHECK(test::contains(period_table(periods, Bound::exact, "rows"), "rows"));
}
