/// GPT-2: LayerNorm, learned positions, biases everywhere, GELU, the head tied to the embedding;
/// matrices stored [in, out]. Autoregressive.
#pragma once

#include "models/formats/format.hpp"

namespace smdm {

[[nodiscard]] ModelFormat gpt2_format();

}  // namespace smdm
