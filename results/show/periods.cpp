// Periods of a corpus, with their intervals, as JSON and as a table.
#include "results/show/periods.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

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

/// @param format  of printf, for one double
std::string formatted(const char* format, double value) {
  std::array<char, 400> text{};  // the largest double has 309 digits before the point
  const int length = std::snprintf(text.data(), text.size(), format, value);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string interval_text(const char* format,
                          const std::optional<Interval>& interval,
                          double scale) {
  if (!interval) return "N/A";
  return formatted(format, interval->low * scale) + " .. " +
         formatted(format, interval->high * scale);
}

std::string error_text(const char* format, const std::optional<double>& error, double scale) {
  return error ? formatted(format, *error * scale) : "-";
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
    const auto add = [&row](const char* format, const Measure& measure, double scale,
                            const std::string& after) {
      row.push_back(formatted(format, measure.value * scale) + after);
      row.push_back(interval_text(format, measure.interval, scale) +
                    (measure.interval ? after : ""));
      row.push_back(
          error_text(format[1] == '+' ? "%.2f" : format, measure.monte_carlo_error, scale) +
          (measure.monte_carlo_error ? after : ""));
    };
    add("%.2f", period.perplexity, 1.0, "");
    add("%.4f", period.bits_per_byte, 1.0, "");
    if (period.change) {
      add("%+.2f", *period.change, kPercent, " %");
    } else {
      row.insert(row.end(), {"reference", "", ""});
    }
    rows.push_back(std::move(row));
  }
  return markdown_table(columns, rows);
}

}  // namespace smdm
