/// Which settings a trade-off compares, as users write them. Free of LibTorch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/settings/setting.hpp"

namespace smdm::tradeoff {

/// Settings to be compared: those of an evaluation, with some of them replaced.
struct SweepPoint {
  std::string name;   ///< "threshold, threshold 0.9"
  std::string curve;  ///< the sweep that it is part of
  Settings settings;
};

/// The points of a sweep "sampler=llada block-length=8,16 steps=4,8,16": every combination of the
/// values, the last setting's varying fastest. Points that differ in the last setting with several
/// values alone are a curve.
/// @param base  what a sweep leaves open
/// @throws Error(usage)  naming the sweep, for a setting that generation with a masked diffusion
///                       model has not, or a value that it does not take
[[nodiscard]] std::vector<SweepPoint> sweep_points(const std::string& sweep, const Settings& base);

/// The sweep of one point that reveals one token a forward.
/// @param length  tokens of an answer, at most
[[nodiscard]] std::string sequential_sweep(std::int64_t length);

/// What is compared where nobody says it: every sampler over its range, caches, and
/// guidance.
[[nodiscard]] std::vector<std::string> default_sweeps(std::int64_t length);

}  // namespace smdm::tradeoff
