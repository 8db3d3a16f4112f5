#include "models/formats/tensor_names.hpp"

#include <algorithm>
#include <stdexcept>

namespace smdm {
namespace {

constexpr std::string_view kPlace = "{layer}";

}  // namespace

bool has_role(TensorNames names, TensorRole role) {
  return std::ranges::find(names, role, &TensorName::role) != names.end();
}

const TensorName& line_of(TensorNames names, TensorRole role) {
  const auto found = std::ranges::find(names, role, &TensorName::role);
  if (found != names.end()) return *found;
  throw std::invalid_argument("tensor names: wanted one for role " +
                              std::to_string(static_cast<int>(role)) + ", the table has none");
}

std::string tensor_name(TensorNames names, TensorRole role, std::int64_t layer) {
  std::string name(line_of(names, role).name);
  const auto at = name.find(kPlace);
  if (at != std::string::npos) name.replace(at, kPlace.size(), std::to_string(layer));
  return name;
}

bool matches_name(std::string_view pattern, std::string_view name) {
  const auto at = pattern.find(kPlace);
  if (at == std::string_view::npos) return pattern == name;
  const auto behind = pattern.substr(at + kPlace.size());
  if (!name.starts_with(pattern.substr(0, at)) || !name.ends_with(behind)) return false;
  if (name.size() <= at + behind.size()) return false;
  const auto number = name.substr(at, name.size() - at - behind.size());
  return std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace smdm
