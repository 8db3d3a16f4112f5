/// How many masked positions a sampler reveals in which step.
#pragma once

#include <cstdint>
#include <vector>

namespace smdm {

/// The times of a reverse diffusion: steps + 1 float32 values from 1 down to `end`, evenly spaced.
///
/// Each is one fused multiply-add from the nearer end, which is what torch.linspace computes on
/// CPUs with AVX2 or AVX-512; so these are its values to the last bit, on any machine.
/// @param steps  >= 1
[[nodiscard]] std::vector<float> diffusion_times(std::int64_t steps, float end = 1e-5F);

/// The share of the masked positions that step i is to reveal: 1 - times[i + 1] / times[i] in
/// float32, and 1 in the last step.
/// @param step  0 .. times.size() - 2
[[nodiscard]] float revealed_share(const std::vector<float>& times, std::int64_t step);

/// share * masked in float32, truncated. As the times end short of 0, this is sometimes one less
/// than the even division, and 0 in the first steps where there are more steps than masks.
[[nodiscard]] std::int64_t revealed_count(std::int64_t masked, float share);

}  // namespace smdm
