#include "tasks/answers/permutation.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace smdm {

std::vector<std::string_view> between_spaces(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find(' ', begin)) != std::string_view::npos;
       begin = end + 1) {
    parts.push_back(text.substr(begin, end - begin));
  }
  parts.push_back(text.substr(begin));
  return parts;
}

bool is_permutation_of(std::string_view text, std::string_view other) {
  auto parts = between_spaces(text);
  auto wanted = between_spaces(other);
  std::ranges::sort(parts);
  std::ranges::sort(wanted);
  return parts == wanted;
}

double permutation_chance(std::size_t names, std::span<const std::size_t> revealed) {
  const auto sum = std::accumulate(revealed.begin(), revealed.end(), std::size_t{0});
  if (sum != names || std::ranges::find(revealed, std::size_t{0}) != revealed.end()) {
    throw std::invalid_argument("wanted steps that reveal " + std::to_string(names) +
                                " names, at least one each, got " + std::to_string(sum) + " in " +
                                std::to_string(revealed.size()) + " steps");
  }
  double chance = 1.0;
  auto left = names;
  for (const auto count : revealed) {
    for (std::size_t i = 0; i < count; ++i)
      chance *= static_cast<double>(left - i) / static_cast<double>(left);
    left -= count;
  }
  return chance;
}

}  // namespace smdm
