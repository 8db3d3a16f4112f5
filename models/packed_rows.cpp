#include "models/packed_rows.hpp"

namespace smdm {

std::optional<std::size_t> PackedRows::parent(std::size_t row) const {
  if (continues.empty() || continues[row] == kNone) return std::nullopt;
  return static_cast<std::size_t>(continues[row]);
}

std::int64_t PackedRows::append(std::span<const std::int64_t> row, std::int64_t parent) {
  ids.insert(ids.end(), row.begin(), row.end());
  offsets.push_back(static_cast<std::int64_t>(ids.size()));
  continues.push_back(parent);
  return static_cast<std::int64_t>(rows()) - 1;
}

}  // namespace smdm
