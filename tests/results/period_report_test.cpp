#include "base/text/numbers.hpp"
#include "results/show/periods.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace {

using namespace smdm;

std::vector<PeriodResult> three_periods() {
  const std::vector<PeriodScores> periods = {
      {.name = "2022-09",
       .units = {{.nats = -6.0, .tokens = 3.0, .bytes = 12.0, .monte_carlo_error = 0.3},
                 {.nats = -2.5, .tokens = 1.0, .bytes = 4.0, .monte_carlo_error = 0.4}}},
      {.name = "2022-10",
       .units = {{.nats = -9.0, .tokens = 3.0, .bytes = 12.0, .monte_carlo_error = 0.6}}},
      {.name = "2022-11",
       .units = {{.nats = -9.0, .tokens = 3.0, .bytes = 12.0, .monte_carlo_error = 0.6},
                 {.nats = -9.6, .tokens = 3.0, .bytes = 12.0, .monte_carlo_error = 0.6},
                 {.nats = -2.0, .tokens = 1.0, .bytes = 4.0, .monte_carlo_error = 0.6}}}};
  return compare_periods(periods, 0);
}

}  // namespace

TEST_CASE("periods as JSON") {
  const auto periods = three_periods();
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
  CHECK(first.at("change_band").is_null());
  CHECK(second.at("change_band").is_null());  // a single document
  const Json third = period_json(periods[2], "2022-09");
  REQUIRE(third.at("change_band").size() == 2);
  CHECK(third.at("change_band").at(0) == periods[2].change_band->low);
  CHECK(third.at("change_band").at(1) == periods[2].change_band->high);
}

TEST_CASE("periods as a table, upper bounds called so") {
  const auto periods = three_periods();
  const auto table = period_table(periods, Bound::lower, "documents");
  CHECK(test::contains(table, "perplexity (upper bound)"));
  CHECK(test::contains(table, "bits/byte (upper bound)"));
  CHECK(table.find("2022-09") < table.find("2022-10"));
  CHECK(test::contains(table, "reference"));
  CHECK(test::contains(table, "  8.37|"));
  CHECK(test::contains(table, "+139.89 %"));
  CHECK(test::contains(table, "95 %, all at once"));
  const auto percent = [](double share) { return signed_text(100.0 * share, 2); };
  const auto& band = periods[2].change_band.value();
  CHECK(test::contains(table, percent(band.low) + " .. " + percent(band.high) + " %|"));
  CHECK(test::contains(table, "N/A"));
  CHECK_FALSE(period_table(periods, Bound::exact, "rows").find("bound") != std::string::npos);
  CHECK(test::contains(period_table(periods, Bound::exact, "rows"), "rows"));
}
