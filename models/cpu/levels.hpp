#pragma once

#include <span>
#include <string_view>

#include "models/cpu/loops.hpp"

namespace smdm::cpu {

/// One compilation of the loops.
struct Level {
  std::string_view name;
  const Loops* loops;
};

/// Those that this processor can run, the best one last.
[[nodiscard]] std::span<const Level> levels();

/// The best one.
[[nodiscard]] const Loops& loops();

}  // namespace smdm::cpu
