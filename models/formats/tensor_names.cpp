#include "models/formats/tensor_names.hpp"

#include <algorithm>
#include <stdexcept>

namespace smdm {

std::string tensor_name(TensorNames names, TensorRole role, std::int64_t layer) {
  constexpr std::string_view kPlace = "{layer}";
  const auto found = std::ranges::find(names, role, &TensorName::role);
  if (found == names.end()) {
    throw std::invalid_argument("tensor names: wanted one for role " +
                                std::to_string(static_cast<int>(role)) + ", the table has none");
  }
  std::string name(found->name);
  const auto at = name.find(kPlace);
  if (at != std::string::npos) name.replace(at, kPlace.size(), std::to_string(layer));
  return name;
}

}  // namespace smdm
