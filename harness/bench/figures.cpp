#include "harness/bench/figures.hpp"

#include <charconv>
#include <iostream>

namespace smdm {
namespace {

/// The number that a cell shows, a share in percent without its sign; a text as it is.
Json cell_json(const std::string& cell) {
  double number = 0.0;
  const auto* end = cell.data() + cell.size();
  const auto [rest, code] = std::from_chars(cell.data(), end, number);
  if (code == std::errc() && (rest == end || std::string_view(rest, end) == " %")) return number;
  return cell;
}

}  // namespace

Figures::Figures(const std::string& json) {
  if (!json.empty()) file_.emplace(json, Existing::replace);
}

void Figures::show(const std::string& about,
                   std::span<const Column> columns,
                   std::span<const std::vector<std::string>> rows,
                   const Json& more) {
  std::cout << about << "\n" << markdown_table(columns, rows) << std::flush;
  if (!file_) return;
  Json all = Json::array();
  for (const auto& row : rows) {
    Json one = Json::object();
    for (std::size_t i = 0; i < columns.size(); ++i) one[columns[i].title] = cell_json(row[i]);
    all.push_back(std::move(one));
  }
  Json json = {{"about", about}, {"rows", std::move(all)}};
  json.update(more);
  file_->write(json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  file_->finish();
}

}  // namespace smdm
