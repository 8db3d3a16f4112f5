/// Qwen 2, 2.5 and 3: LLaMA's layers; the second generation has biases on queries, keys and values,
/// the third a norm of each head instead. Autoregressive.
#pragma once

#include "models/formats/format.hpp"

namespace smdm {

[[nodiscard]] ModelFormat qwen2_format();
[[nodiscard]] ModelFormat qwen3_format();

}  // namespace smdm
