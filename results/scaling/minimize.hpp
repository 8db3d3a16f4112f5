/// The least value of a smooth function of a few numbers.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace smdm::scaling {

struct Minimum {
  std::vector<double> x;
  double value = 0.0;
};

/// A function with its gradient.
/// @param x         where
/// @param gradient  as long as x; is written
/// @return the value
using Objective = std::function<double(std::span<const double> x, std::span<double> gradient)>;

/// Goes downhill from `start` by limited-memory BFGS (Liu and Nocedal 1989, Mathematical
/// Programming 45, 503; liblbfgs) until steps bring next to nothing. What it finds is lowest
/// nearby, not everywhere. Where the function gives no number, it ends with what it has.
[[nodiscard]] Minimum minimize(const Objective& objective, std::vector<double> start);

}  // namespace smdm::scaling
