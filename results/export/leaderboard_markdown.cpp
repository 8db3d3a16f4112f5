// leaderboard.md: a table for people, the entries of each order together, its best value first.
#include <algorithm>

#include "results/export/leaderboard.hpp"
#include "results/export/leaderboard_fields.hpp"
#include "results/export/list.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

/// The fields that the table shows, as its columns stand.
std::vector<const LeaderboardField*> shown_fields() {
  std::vector<const LeaderboardField*> fields;
  for (const LeaderboardField& field : leaderboard_fields()) {
    if (field.markdown.place > 0) fields.push_back(&field);
  }
  std::ranges::sort(fields, {}, [](const auto* field) { return field->markdown.place; });
  return fields;
}

std::string cell(const Json& entry, const LeaderboardField& field) {
  if (field.markdown.text != nullptr) return field.markdown.text(entry);
  return value_text(entry.at(Json::json_pointer(field.pointer)));
}

/// The entries of an order together, the best value first; values that are none last.
std::vector<Json> best_first(std::vector<Json> entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const Json& a, const Json& b) {
    const Json& order_a = a.at("rank").at("group");
    const Json& order_b = b.at("rank").at("group");
    if (order_a != order_b) return order_a < order_b;
    if (!a.at("value").is_number() || !b.at("value").is_number())
      return a.at("value").is_number() && !b.at("value").is_number();
    const auto value_a = a.at("value").get<double>();
    const auto value_b = b.at("value").get<double>();
    return a.at("direction") == "higher" ? value_a > value_b : value_a < value_b;
  });
  return entries;
}

std::string table_of(const std::vector<Json>& entries) {
  const auto fields = shown_fields();
  std::vector<Column> columns;
  columns.reserve(fields.size());
  for (const LeaderboardField* field : fields)
    columns.push_back({.title = field->markdown.title, .align = field->markdown.align});
  std::vector<std::vector<std::string>> rows;
  rows.reserve(entries.size());
  for (const Json& entry : best_first(entries)) {
    auto& row = rows.emplace_back();
    for (const LeaderboardField* field : fields) row.push_back(cell(entry, *field));
  }
  return markdown_table(columns, rows);
}

}  // namespace

std::string leaderboard_markdown(const Leaderboard& leaderboard) {
  const auto benchmarks = entries_of(leaderboard, false);
  const auto embedded = entries_of(leaderboard, true);
  std::string text = "# Leaderboard\n";
  if (!benchmarks.empty()) text.append("\n").append(table_of(benchmarks));
  if (!embedded.empty()) {
    text.append(
        "\n## Embedded micro world\n\nInvented data in the benchmarks' forms: these numbers are "
        "not the benchmarks' and stand beside none of them.\n\n");
    text.append(table_of(embedded));
  }
  return text;
}

}  // namespace smdm
