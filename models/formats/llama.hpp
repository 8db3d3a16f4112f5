/// LLaMA as the transformers library stores it: Llama-2 and -3, TinyLlama, SmolLM2. Autoregressive.
#pragma once

#include "models/formats/format.hpp"

namespace smdm {

[[nodiscard]] ModelFormat llama_format();

}  // namespace smdm
