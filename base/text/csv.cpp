#include "base/text/csv.hpp"

#include <algorithm>
#include <stdexcept>

namespace smdm {
namespace {

constexpr std::string_view kSpace = " \t";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// Takes a cell in quotes off the line, which begins with its quote.
std::string take_quoted(std::string_view& line) {
  std::string cell;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] != '"') {
      cell += line[i];
    } else if (i + 1 < line.size() && line[i + 1] == '"') {
      cell += '"';
      ++i;
    } else {
      line.remove_prefix(i + 1);
      return cell;
    }
  }
  throw std::invalid_argument("wanted a closing quote, got the end of the line");
}

}  // namespace

std::vector<std::string> csv_cells(std::string_view line) {
  std::vector<std::string> cells;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
    if (line.starts_with('"')) {
      cells.push_back(take_quoted(line));
      const auto comma = std::min(line.find(','), line.size());
      if (!trimmed(line.substr(0, comma)).empty())
        throw std::invalid_argument("wanted a comma behind a closing quote");
    } else {
      cells.emplace_back(trimmed(line.substr(0, line.find(','))));
    }
    const auto comma = line.find(',');
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) {
    if (c == '"') cell += '"';
    cell += c;
  }
  return cell += '"';
}

}  // namespace smdm
