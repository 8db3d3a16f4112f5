#include "microworld/fill.hpp"

#include <algorithm>
#include <stdexcept>

namespace smdm::microworld {

std::string fill(std::string_view pattern, std::initializer_list<Filler> fillers) {
  std::string text;
  while (!pattern.empty()) {
    const std::size_t open = std::min(pattern.find('{'), pattern.size());
    text += pattern.substr(0, open);
    pattern.remove_prefix(open);
    if (pattern.empty()) break;
    const std::size_t close = pattern.find('}');
    const std::string_view name = pattern.substr(1, close == pattern.npos ? close : close - 1);
    const auto* filler =
        std::ranges::find(fillers, name, [](const Filler& one) { return one.first; });
    if (close == pattern.npos || filler == fillers.end()) {
      throw std::invalid_argument("wanted a filler for {" + std::string(name) + "}, got none");
    }
    text += filler->second;
    pattern.remove_prefix(close + 1);
  }
  return text;
}

std::string capitalized(std::string_view text) {
  std::string result(text);
  if (!result.empty() && result[0] >= 'a' && result[0] <= 'z') {
    result[0] = static_cast<char>(result[0] - 'a' + 'A');
  }
  return result;
}

}  // namespace smdm::microworld
