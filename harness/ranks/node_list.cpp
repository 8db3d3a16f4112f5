#include "harness/ranks/node_list.hpp"

#include <charconv>

namespace smdm::ranks {
namespace {

/// Takes a number off the front of a text.
std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// Takes a text off the front of another. @return whether it stood there
bool take(std::string_view& text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.remove_prefix(front.size());
  return true;
}

}  // namespace

std::optional<std::string> first_node(std::string_view list) {
  std::string name;
  while (!list.empty() && list.front() != ',') {
    if (!take(list, "[")) {
      name += list.front();
      list.remove_prefix(1);
      continue;
    }
    const auto close = list.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const auto first = list.substr(0, list.find_first_of("-,]"));
    if (first.empty()) return std::nullopt;
    name += first;
    list.remove_prefix(close + 1);
  }
  if (name.empty() || name.find(']') != std::string::npos) return std::nullopt;
  return name;
}

std::optional<int> tasks_on_node(std::string_view list, int node) {
  while (true) {
    const auto tasks = take_number(list);
    if (!tasks) return std::nullopt;
    int nodes = 1;
    if (take(list, "(x")) {
      const auto several = take_number(list);
      if (!several || !take(list, ")")) return std::nullopt;
      nodes = *several;
    }
    if (node < nodes) return tasks;
    node -= nodes;
    if (!take(list, ",")) return std::nullopt;
  }
}

}  // namespace smdm::ranks
