#include "results/show/periods.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/text/numbers.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

using layout::finite_or_null;

constexpr double kPercent = 100.0;

Json measure_json(const Measure& measure) {
  Json json = {{"value", finite_or_null(measure.value)},
               {"interval", nullptr},
               {"monte_carlo_error", nullptr}};
  if (measure.interval) {
    json["interval"] = {finite_or_null(measure.interval->low),
                        finite_or_null(measure.interval->high)};
  }
  if (measure.monte_carlo_error) {
    json["monte_carlo_error"] = finite_or_null(*measure.monte_carlo_error);
  }
  return json;
}

/// How a column shows its numbers.
struct Format {
  int digits = 0;
  bool with_sign = false;
  double scale = 1.0;
  std::string unit = {};  ///< stands behind each number

  [[nodiscard]] std::string number(double value) const {
    return with_sign ? signed_text(value * scale, digits) : fixed_text(value * scale, digits);
  }
};

std::string interval_text(const Format& format, const std::optional<Interval>& interval) {
  if (!interval) return "N/A";
  return format.number(interval->low) + " .. " + format.number(interval->high) + format.unit;
}

std::string error_text(const Format& format, const std::optional<double>& error) {
  return error ? fixed_text(*error * format.scale, format.digits) + format.unit : "-";
}

std::string whole(double value) {
  return std::to_string(static_cast<std::int64_t>(value));
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
               {"change", nullptr}};
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
                                       number("MC error")};
  std::vector<std::vector<std::string>> rows;
  for (const PeriodResult& period : periods) {
    std::vector<std::string> row = {period.name, std::to_string(period.units),
                                    whole(period.tokens)};
    const auto add = [&row](const Format& format, const Measure& measure) {
      row.push_back(format.number(measure.value) + format.unit);
      row.push_back(interval_text(format, measure.interval));
      row.push_back(error_text(format, measure.monte_carlo_error));
    };
    add({.digits = 2}, period.perplexity);
    add({.digits = 4}, period.bits_per_byte);
    if (period.change) {
      add({.digits = 2, .with_sign = true, .scale = kPercent, .unit = " %"}, *period.change);
    } else {
      row.insert(row.end(), {"reference", "", ""});
    }
    rows.push_back(std::move(row));
  }
  return markdown_table(columns, rows);
}

}  // namespace smdm
