#include "models/packed_rows.hpp"

#include <algorithm>

namespace smdm {

std::optional<std::size_t> PackedRows::parent(std::size_t row) const {
  if (continues.empty() || continues[row] == kNone) return std::nullopt;
  return static_cast<std::size_t>(continues[row]);
}

PackedRows PackedRows::some(std::size_t first, std::size_t last) const {
  PackedRows part;
  for (auto row = first; row < last; ++row)
    part.append(std::span(ids).subspan(static_cast<std::size_t>(offsets[row]),
                                       static_cast<std::size_t>(length(row))));
  const auto begin = std::ranges::lower_bound(wanted, offsets[first]);
  const auto end = std::ranges::lower_bound(wanted, offsets[last]);
  for (auto position = begin; position != end; ++position)
    part.wanted.push_back(*position - offsets[first]);
  return part;
}

Surroundings PackedRows::around(std::size_t row, std::int64_t held) const {
  if (begins.empty() || begins[row] == kNone) return {.before = held, .behind = 0};
  const auto begin = begins[row];
  return {.before = begin, .behind = std::max<std::int64_t>(held - begin - length(row), 0)};
}

std::int64_t PackedRows::append(std::span<const std::int64_t> row, std::int64_t parent) {
  ids.insert(ids.end(), row.begin(), row.end());
  offsets.push_back(static_cast<std::int64_t>(ids.size()));
  continues.push_back(parent);
  return static_cast<std::int64_t>(rows()) - 1;
}

}  // namespace smdm
