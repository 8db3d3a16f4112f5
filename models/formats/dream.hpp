/// Dream and DiffuCoder: Qwen2's layers without the causal mask. Masked diffusion whose logits at
/// position i - 1 are those of the token at i.
#pragma once

#include "models/formats/format.hpp"

namespace smdm {

[[nodiscard]] ModelFormat dream_format();

}  // namespace smdm
