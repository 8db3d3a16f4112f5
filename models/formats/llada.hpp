/// LLaDA-8B and LLaDA 1.5: LLaMA's layers without the causal mask, in the words of OLMo. Masked
/// diffusion; logits are not shifted.
#pragma once

#include "models/formats/format.hpp"

namespace smdm {

[[nodiscard]] ModelFormat llada_format();

}  // namespace smdm
