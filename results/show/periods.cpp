// Periods of a corpus, with their intervals, as JSON and as a table.
#include "results/show/periods.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/metrics/bits_per_byte.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/text/numbers.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

using layout::finite_or_null;
using layout::interval_json;

constexpr double kPercent = 100.0;

Json measure_json(const Measure& measure) {
  Json json = {{"value", finite_or_null(measure.value)},
               {"interval", interval_json(measure.interval)},
               {"monte_carlo_error", nullptr}};
  if (measure.monte_carlo_error) {
    json["monte_carlo_error"] = finite_or_null(*measure.monte_carlo_error);
  }
  return json;
}

std::string whole(double value) {
  return std::to_string(static_cast<std::int64_t>(value));
}

/// How the numbers of one measure are written.
struct Style {
  int digits = 4;          ///< after the point
  double scale = 1.0;      ///< what values are multiplied by
  bool with_sign = false;  ///< of the value and its interval
  const char* unit = "";   ///< behind each number

  [[nodiscard]] std::string number(double value) const {
    return with_sign ? signed_text(value * scale, digits) : fixed_text(value * scale, digits);
  }

  [[nodiscard]] std::string interval(const std::optional<Interval>& ends) const {
    return ends ? number(ends->low) + " .. " + number(ends->high) + unit : "N/A";
  }
};

/// The value, its interval and its Monte Carlo error: three cells.
std::vector<std::string> cells_of(const Measure& measure, const Style& style) {
  std::vector<std::string> cells = {style.number(measure.value) + style.unit,
                                    style.interval(measure.interval), "-"};
  if (measure.monte_carlo_error)
    cells[2] = fixed_text(*measure.monte_carlo_error * style.scale, style.digits) + style.unit;
  return cells;
}

std::vector<std::string> row_of(const PeriodResult& period) {
  const Style change{.digits = 2, .scale = kPercent, .with_sign = true, .unit = " %"};
  std::vector<std::string> row = {period.name, std::to_string(period.units), whole(period.tokens)};
  const auto add = [&row](const std::vector<std::string>& cells) {
    row.insert(row.end(), cells.begin(), cells.end());
  };
  add(cells_of(period.perplexity, {.digits = metrics::weighted_perplexity().digits}));
  add(cells_of(period.bits_per_byte, {.digits = metrics::bits_per_byte().digits}));
  if (!period.change) {
    add({"reference", "", "", ""});
    return row;
  }
  auto cells = cells_of(*period.change, change);
  cells.insert(cells.end() - 1, change.interval(period.change_band));
  add(cells);
  return row;
}

}  // namespace

Json period_json(const PeriodResult& period, const std::string& reference) {
  Json json = {{"name", period.name},
               {"units", period.units},
               {"tokens", period.tokens},
               {"bytes", period.bytes},
               {"interval_level", kIntervalLevel},
               {"perplexity", measure_json(period.perplexity)},
               {"bits_per_byte", measure_json(period.bits_per_byte)},
               {"reference", reference},
               {"change", nullptr},
               {"change_band", interval_json(period.change_band)}};
  if (period.change) json["change"] = measure_json(*period.change);
  return json;
}

std::string period_table(std::span<const PeriodResult> periods,
                         Bound bound,
                         const std::string& unit) {
  const std::string note = bound == Bound::lower ? " (upper bound)" : "";
  const auto number = [](std::string title) {
    return Column{.title = std::move(title), .align = Align::right};
  };
  const std::vector<Column> columns = {{.title = "Period"},
                                       number(unit),
                                       number("tokens"),
                                       number("perplexity" + note),
                                       number("95 %"),
                                       number("MC error"),
                                       number("bits/byte" + note),
                                       number("95 %"),
                                       number("MC error"),
                                       number("change"),
                                       number("95 %"),
                                       number("95 %, all at once"),
                                       number("MC error")};
  std::vector<std::vector<std::string>> rows;
  for (const PeriodResult& period : periods) rows.push_back(row_of(period));
  return markdown_table(columns, rows);
}

}  // namespace smdm
