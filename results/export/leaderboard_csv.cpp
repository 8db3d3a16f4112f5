// leaderboard.csv: fields as columns, for spreadsheets (RFC 4180, UTF-8).
#include <algorithm>

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

/// A cell as RFC 4180 wants it.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

}  // namespace

std::string leaderboard_csv(const Leaderboard& leaderboard) {
  const auto shown = columns();
  std::string text = "table";
  for (const CsvColumn& column : shown) text.append(",").append(column.title);
  text += '\n';
  for (const bool embedded : {false, true}) {
    for (const Json& entry : entries_of(leaderboard, embedded)) {
      text += embedded ? "embedded" : "benchmarks";
      for (const CsvColumn& column : shown) {
        const Json::json_pointer at(column.pointer);
        text.append(",").append(cell(entry.contains(at) ? value_text(entry.at(at)) : ""));
      }
      text += '\n';
    }
  }
  return text;
}

}  // namespace smdm
