// Tables of other people's laws, of which only those are kept that a picture can show.
#include "results/scaling/published.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "base/error.hpp"
#include "base/files/lines.hpp"
#include "base/text/csv.hpp"

namespace smdm::scaling {
namespace {

[[noreturn]] void refuse(const LineReader& lines, const std::string& text) {
  throw Error(ErrorKind::data, lines.where() + ": " + text);
}

constexpr std::array<const char*, 4> kColumns = {"family", "quantity", "coefficient", "exponent"};

/// Where the columns stand.
using Places = std::array<std::size_t, kColumns.size()>;

Places places_of(const std::vector<std::string>& titles, const LineReader& lines) {
  Places places{};
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const auto found = std::ranges::find(titles, kColumns.at(i));
    if (found == titles.end())
      refuse(lines, std::string("wanted a column ") + kColumns.at(i) + ", got none");
    places.at(i) = static_cast<std::size_t>(found - titles.begin());
  }
  return places;
}

double number_of(const std::string& cell, const LineReader& lines) {
  double value = 0.0;
  const auto* const end = cell.data() + cell.size();
  const auto result = std::from_chars(cell.data(), end, value);
  if (result.ec != std::errc{} || result.ptr != end || !std::isfinite(value))
    refuse(lines, "wanted a number, got " + (cell.empty() ? "nothing" : cell));
  return value;
}

std::vector<std::string> cells_of(const std::string& line, const LineReader& lines) {
  try {
    return csv_cells(line);
  } catch (const std::invalid_argument& error) {
    refuse(lines, error.what());
  }
}

}  // namespace

double PublishedLaw::at(double flops) const {
  return coefficient * std::pow(flops, exponent);
}

std::vector<PublishedLaw> read_laws(const std::filesystem::path& file) {
  LineReader lines(file);
  std::string line;
  std::vector<PublishedLaw> laws;
  std::vector<std::string> titles;
  Places places{};
  while (lines.next(line)) {
    if (line.find_first_not_of(" \t") == std::string::npos || line.starts_with('#')) continue;
    const auto cells = cells_of(line, lines);
    if (titles.empty()) {
      titles = cells;
      places = places_of(titles, lines);
      continue;
    }
    if (cells.size() != titles.size())
      refuse(lines, "wanted " + std::to_string(titles.size()) + " cells, got " +
                        std::to_string(cells.size()));
    const auto& quantity = cells[places[1]];
    const bool is_drawn = quantity == "loss" || quantity == "params";
    if (!is_drawn || cells[places[2]].empty()) continue;
    laws.push_back({.family = cells[places[0]],
                    .of_loss = quantity == "loss",
                    .coefficient = number_of(cells[places[2]], lines),
                    .exponent = number_of(cells[places[3]], lines)});
  }
  if (titles.empty()) throw Error(ErrorKind::data, file.string() + ": wanted laws, got none");
  return laws;
}

}  // namespace smdm::scaling
