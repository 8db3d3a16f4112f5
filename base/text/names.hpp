/// The names of a closed choice, each beside its value: one list, read in both directions.
#pragma once

#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace smdm {

template <typename T>
struct Named {
  const char* name;
  T value;
};

/// The names in the order of the list.
template <typename List>
[[nodiscard]] std::vector<std::string> names_of(const List& list) {
  std::vector<std::string> names;
  names.reserve(std::size(list));
  for (const auto& one : list) names.emplace_back(one.name);
  return names;
}

/// The value of a name.
/// @throws std::invalid_argument  if the list has no such name
template <typename List>
[[nodiscard]] const auto& value_named(const List& list, std::string_view name) {
  for (const auto& one : list) {
    if (name == one.name) return one.value;
  }
  std::string all;
  for (const auto& one : list) all.append(all.empty() ? "" : ", ").append(one.name);
  throw std::invalid_argument("wanted one of " + all + ", got " + std::string(name));
}

/// The name of a value.
/// @throws std::invalid_argument  if the list has no such value
template <typename List, typename T>
[[nodiscard]] const char* name_of(const List& list, const T& value) {
  for (const auto& one : list) {
    if (one.value == value) return one.name;
  }
  throw std::invalid_argument("a value without a name");
}

}  // namespace smdm
