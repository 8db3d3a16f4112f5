// leaderboard.csv: fields as columns, for spreadsheets (RFC 4180, UTF-8).
#include <algorithm>
#include <string_view>

#include "base/text/csv.hpp"
#include "results/export/leaderboard.hpp"
#include "results/export/leaderboard_fields.hpp"
#include "results/export/list.hpp"

namespace smdm {
namespace {

/// The columns of all fields, as they stand.
std::vector<CsvColumn> columns() {
  std::vector<CsvColumn> all;
  for (const LeaderboardField& field : leaderboard_fields()) {
    for (const CsvColumn& column : field.csv) {
      if (column.place > 0) all.push_back(column);
    }
  }
  std::ranges::sort(all, {}, &CsvColumn::place);
  return all;
}

/// RFC 4180 wants them, on every system.
constexpr const char* kLineEnd = "\r\n";

/// Whether a spreadsheet would compute a text instead of showing it.
bool is_formula(const std::string& text) {
  constexpr std::string_view kFirst = "=+-@\t\r";
  return !text.empty() && kFirst.find(text.front()) != std::string_view::npos;
}

/// A number stays one whatever its sign; a text never becomes one, nor a formula.
std::string cell(const Json& value) {
  const auto text = value_text(value);
  const bool guarded = !value.is_number() && is_formula(text);
  return csv_cell(guarded ? "'" + text : text);
}

}  // namespace

std::string leaderboard_csv(const Leaderboard& leaderboard) {
  const auto shown = columns();
  std::string text = "table";
  for (const CsvColumn& column : shown) text.append(",").append(column.title);
  text += kLineEnd;
  for (const bool embedded : {false, true}) {
    for (const Json& entry : entries_of(leaderboard, embedded)) {
      text += embedded ? "embedded" : "benchmarks";
      for (const CsvColumn& column : shown) {
        const Json::json_pointer at(column.pointer);
        text.append(",").append(entry.contains(at) ? cell(entry.at(at)) : "");
      }
      text += kLineEnd;
    }
  }
  return text;
}

}  // namespace smdm
