#include "base/text/nearest.hpp"

#include <algorithm>
#include <vector>

namespace smdm {
namespace {

std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    out += c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::string x = folded(a);
  const std::string y = folded(b);
  // rows[i][j]: distance between the first i characters of x and the first j of y
  std::vector<std::vector<std::size_t>> rows(x.size() + 1, std::vector<std::size_t>(y.size() + 1));
  for (std::size_t i = 0; i <= x.size(); ++i) {
    for (std::size_t j = 0; j <= y.size(); ++j) {
      if (i == 0 || j == 0) {
        rows[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = rows[i - 1][j - 1] + (x[i - 1] == y[j - 1] ? 0 : 1);
      rows[i][j] = std::min({replaced, rows[i - 1][j] + 1, rows[i][j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1];
      if (swapped) rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows.back().back();
}

std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known) {
  constexpr std::size_t kLongestName = 100;  // keeps the table small whatever was typed
  std::optional<std::string> nearest;
  std::size_t smallest = 0;
  for (const std::string& candidate : known) {
    if (name.size() > kLongestName) break;
    const std::size_t distance = edit_distance(name, candidate);
    const std::size_t longer = std::max(name.size(), candidate.size());
    if (distance > std::max<std::size_t>(1, longer / 3)) continue;
    if (!nearest || distance < smallest) {
      nearest = candidate;
      smallest = distance;
    }
  }
  return nearest;
}

}  // namespace smdm
