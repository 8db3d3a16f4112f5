#include "evaluators/rows/guidance.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace smdm {

void check_guidance(const ModelInfo& info, double cfg) {
  if (!std::isfinite(cfg) || cfg < 0.0) {
    throw std::invalid_argument("wanted a guidance strength (cfg) of 0 or more, got " +
                                std::to_string(cfg));
  }
  if (cfg != 0.0 && std::holds_alternative<Autoregressive>(info.objective)) {
    throw std::invalid_argument(
        "guidance (cfg) needs a masked diffusion model: wanted 0 for an autoregressive one, got " +
        std::to_string(cfg));
  }
}

RowGroup guided_row(std::span<const std::int64_t> ids,
                    std::span<const PositionRange> given,
                    std::span<const std::size_t> positions,
                    std::int64_t mask_id,
                    double cfg) {
  RowGroup group;
  group.rows.append(ids);
  for (const auto position : positions) {
    group.rows.wanted.push_back(static_cast<std::int64_t>(position));
  }
  if (cfg == 0.0) return group;
  group.rows.guidance = cfg;
  group.rows.unconditional = group.rows.wanted;
  std::vector<std::int64_t> hidden(ids.begin(), ids.end());
  bool hides = false;
  for (const auto& [begin, end] : given) {
    std::fill_n(hidden.begin() + static_cast<std::ptrdiff_t>(begin), end - begin, mask_id);
    hides = hides || end > begin;
  }
  if (!hides) return group;
  group.rows.append(hidden);
  for (auto& position : group.rows.unconditional) position += static_cast<std::int64_t>(ids.size());
  return group;
}

}  // namespace smdm
