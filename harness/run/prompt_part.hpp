/// What a prompt of several parts is made of, as users write it. Free of LibTorch.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace smdm {

/// So many tokens that are to be filled in.
struct Gap {
  std::int64_t tokens = 1;  ///< at least one
};

/// A part of a prompt: a text or ids that are shown, or a gap.
using PromptPart = std::variant<std::string, std::vector<std::int64_t>, Gap>;

}  // namespace smdm
