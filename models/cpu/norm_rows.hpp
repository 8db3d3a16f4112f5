/// RMSNorm of one row, for whole tokens and for single heads. Sums run in an order that depends on
/// nothing but the row's length.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <c10/util/BFloat16.h>

namespace smdm::cpu {

/// Sum of term(x[i]) in a fixed order that the compiler can keep in vector registers.
template <typename Term>
float ordered_sum(const float* x, std::int64_t width, const Term& term) {
  constexpr std::int64_t kLanes = 16;
  std::array<float, kLanes> lanes{};
  std::int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane)
      lanes[static_cast<std::size_t>(lane)] += term(x[i + lane]);
  }
  float sum = 0.0F;
  for (const float lane : lanes) sum += lane;
  for (; i < width; ++i) sum += term(x[i]);
  return sum;
}

inline float sum_of(const float* x, std::int64_t width) {
  return ordered_sum(x, width, [](float value) { return value; });
}

inline float sum_of_squares(const float* x, std::int64_t width) {
  return ordered_sum(x, width, [](float value) { return value * value; });
}

/// A number as it is kept before a norm's weight is applied: bfloat16 inputs round there.
template <typename In>
float kept(float x) {
  return std::is_same_v<In, c10::BFloat16> ? static_cast<float>(static_cast<c10::BFloat16>(x)) : x;
}

/// The row in float32: itself, or a widened copy in `memory`.
inline const float* widened(const float* x,
                            std::int64_t /*width*/,
                            std::vector<float>& /*memory*/) {
  return x;
}
inline const float* widened(const c10::BFloat16* x,
                            std::int64_t width,
                            std::vector<float>& memory) {
  memory.assign(x, x + width);
  return memory.data();
}

/// @param memory  for a widened copy of the row
template <typename In, typename Out>
void rms_norm_row(const In* x,
                  const float* weight,
                  float eps,
                  std::int64_t width,
                  std::vector<float>& memory,
                  Out* out) {
  const float* row = widened(x, width, memory);
  const float scale =
      1.0F / std::sqrt(sum_of_squares(row, width) / static_cast<float>(width) + eps);
  for (std::int64_t i = 0; i < width; ++i)
    out[i] = static_cast<Out>(kept<In>(row[i] * scale) * weight[i]);
}

}  // namespace smdm::cpu
