/// Autoregressive models turned into masked diffusion ones (A2D of the dllm library): the files of
/// LLaMA, Qwen2 or Qwen3, computed without the causal mask. The mask is a token that the tokenizer
/// was given, and whether the logits are shifted is said by whoever samples.
#pragma once

#include "models/formats/format.hpp"

namespace smdm {

[[nodiscard]] ModelFormat a2d_llama_format();
[[nodiscard]] ModelFormat a2d_qwen2_format();
[[nodiscard]] ModelFormat a2d_qwen3_format();

}  // namespace smdm
