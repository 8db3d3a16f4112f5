#include "evaluators/generation/schedule.hpp"

#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace smdm {

std::vector<float> diffusion_times(std::int64_t steps, float end) {
  if (steps < 1) {
    throw std::invalid_argument("wanted at least one step, got " + std::to_string(steps));
  }
  constexpr float kStart = 1.0F;
  const auto slope = (end - kStart) / static_cast<float>(steps);
  const auto count = steps + 1;
  std::vector<float> times;
  times.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    times.push_back(i < count / 2 ? std::fma(slope, static_cast<float>(i), kStart)
                                  : std::fma(-slope, static_cast<float>(steps - i), end));
  }
  return times;
}

float revealed_share(const std::vector<float>& times, std::int64_t step) {
  const auto at = static_cast<std::size_t>(step);
  if (at + 2 == times.size()) return 1.0F;
  return 1.0F - times[at + 1] / times[at];
}

std::int64_t revealed_count(std::int64_t masked, float share) {
  return static_cast<std::int64_t>(static_cast<float>(masked) * share);
}

}  // namespace smdm
