// Tables of points: titles in any order, numbers checked one by one, every fault with its line.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "base/error.hpp"
#include "base/files/lines.hpp"
#include "base/text/csv.hpp"
#include "base/text/nearest.hpp"
#include "results/scaling/sources.hpp"

namespace smdm::scaling {
namespace {

const std::vector<std::string>& known_titles() {
  static const std::vector<std::string> titles = {"family", "flops", "params", "loss", "tokens",
                                                  "se",     "seed",  "bound",  "unit", "tokenizer"};
  return titles;
}

std::string listed(std::span<const std::string> names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

[[noreturn]] void refuse(const std::string& where, const std::string& text) {
  throw Error(ErrorKind::data, where + ": " + text);
}

/// The columns of a table by their titles.
class Titles {
 public:
  Titles(std::vector<std::string> titles, const std::string& where) : titles_(std::move(titles)) {
    for (auto title = titles_.begin(); title != titles_.end(); ++title) {
      if (std::ranges::find(known_titles(), *title) == known_titles().end())
        refuse(where,
               "wanted the columns " + listed(known_titles()) + ", got " + *title + meant(*title));
      if (std::find(titles_.begin(), title, *title) != title)
        refuse(where, "wanted each column once, got " + *title + " again");
    }
    for (const auto& needed : std::span(known_titles()).first(kNeeded)) {
      if (std::ranges::find(titles_, needed) == titles_.end())
        refuse(where, "wanted a column " + needed + ", got " + listed(titles_));
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return titles_.size(); }

  /// The cell of a column; empty where there is no such column.
  [[nodiscard]] std::string cell(const std::vector<std::string>& cells,
                                 std::string_view title) const {
    const auto found = std::ranges::find(titles_, title);
    return found == titles_.end() ? "" : cells[static_cast<std::size_t>(found - titles_.begin())];
  }

 private:
  static constexpr std::size_t kNeeded = 4;  ///< family, flops, params, loss

  static std::string meant(const std::string& title) {
    const auto near = nearest_name(title, known_titles());
    return near ? ": did you mean " + *near + "?" : "";
  }

  std::vector<std::string> titles_;
};

/// One line under its titles.
class Row {
 public:
  Row(const Titles& titles, std::vector<std::string> cells, std::string where)
      : titles_(titles), cells_(std::move(cells)), where_(std::move(where)) {
    if (cells_.size() != titles_.size())
      refuse(where_, "wanted " + std::to_string(titles_.size()) + " cells, got " +
                         std::to_string(cells_.size()));
  }

  [[nodiscard]] std::string text(std::string_view title) const {
    return titles_.cell(cells_, title);
  }

  [[nodiscard]] std::optional<std::string> optional_text(std::string_view title) const {
    auto value = text(title);
    return value.empty() ? std::nullopt : std::optional(std::move(value));
  }

  /// Any number, nan and infinities too: who asks says which are refused.
  [[nodiscard]] double number(const std::string& title) const {
    const auto cell = text(title);
    double value = 0.0;
    const auto* const begin = cell.data() + (cell.starts_with('+') ? 1 : 0);
    const auto* const end = cell.data() + cell.size();
    const auto result = std::from_chars(begin, end, value);
    if (result.ptr != end || result.ec == std::errc::invalid_argument)
      refuse(where_, title + ": wanted a number, got " + (cell.empty() ? "nothing" : cell));
    const bool too_large = result.ec == std::errc::result_out_of_range;
    return too_large ? std::numeric_limits<double>::quiet_NaN() : value;
  }

  [[nodiscard]] std::optional<double> optional_number(const std::string& title) const {
    return text(title).empty() ? std::nullopt : std::optional(number(title));
  }

  [[nodiscard]] std::optional<std::uint64_t> seed() const {
    const auto cell = text("seed");
    if (cell.empty()) return std::nullopt;
    std::uint64_t value = 0;
    const auto* const end = cell.data() + cell.size();
    const auto result = std::from_chars(cell.data(), end, value);
    if (result.ec != std::errc{} || result.ptr != end)
      refuse(where_, "seed: wanted a whole number that is not negative, got " + cell);
    return value;
  }

  [[nodiscard]] std::string choice(const std::string& title,
                                   std::span<const std::string> allowed,
                                   const std::string& fallback) const {
    auto cell = text(title);
    if (cell.empty()) return fallback;
    if (std::ranges::find(allowed, cell) == allowed.end())
      refuse(where_, title + ": wanted one of " + listed(allowed) + ", got " + cell);
    return cell;
  }

 private:
  const Titles& titles_;
  std::vector<std::string> cells_;
  std::string where_;
};

Point point_of(const Row& row, const std::string& where) {
  const std::array<std::string, 3> units = {"nats_per_token", "bits_per_token", "bits_per_byte"};
  const std::array<std::string, 3> bounds = {"exact", "lower", "any_order"};
  Point point;
  point.where = where;
  point.family = row.text("family");
  if (point.family.empty()) refuse(where, "family: wanted a name, got nothing");
  point.flops = row.number("flops");
  point.params = row.number("params");
  point.loss = row.number("loss");
  point.tokens = row.optional_number("tokens");
  point.se = row.optional_number("se");
  point.seed = row.seed();
  point.unit = row.choice("unit", units, units.front());
  if (auto bound = row.choice("bound", bounds, ""); !bound.empty()) point.bound = std::move(bound);
  point.tokenizer = row.optional_text("tokenizer");
  return point;
}

/// Why no law can have the point, or nothing.
std::optional<std::string> fault_of(const Point& point) {
  const auto fault = [](const char* name, double value) {
    return std::string(name) + ": wanted a finite number above 0, got " + std::to_string(value);
  };
  const auto good = [](double value) { return std::isfinite(value) && value > 0.0; };
  if (!good(point.flops)) return fault("flops", point.flops);
  if (!good(point.params)) return fault("params", point.params);
  if (!good(point.loss)) return fault("loss", point.loss);
  if (point.tokens && !good(*point.tokens)) return fault("tokens", *point.tokens);
  if (point.se && !good(*point.se)) return fault("se", *point.se);
  return std::nullopt;
}

std::vector<std::string> cells_of(const std::string& line, const std::string& where) {
  try {
    return csv_cells(line);
  } catch (const std::invalid_argument& error) {
    refuse(where, error.what());
  }
}

}  // namespace

void read_table(const std::filesystem::path& file, Points& points) {
  LineReader lines(file);
  std::string line;
  std::optional<Titles> titles;
  while (lines.next(line)) {
    if (line.find_first_not_of(" \t") == std::string::npos || line.starts_with('#')) continue;
    auto cells = cells_of(line, lines.where());
    if (!titles) {
      titles.emplace(std::move(cells), lines.where());
      continue;
    }
    auto point = point_of(Row(*titles, std::move(cells), lines.where()), lines.where());
    if (auto fault = fault_of(point)) {
      points.refused.push_back({.what = point.where, .reason = std::move(*fault)});
    } else {
      points.points.push_back(std::move(point));
    }
  }
  if (!titles) refuse(file.string(), "wanted a line of titles, got an empty file");
}

}  // namespace smdm::scaling
