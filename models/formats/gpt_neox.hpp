/// GPT-NeoX, such as Pythia: LayerNorm, rotary positions on a share of each head, attention and
/// feed-forward side by side, biases everywhere but the head. Autoregressive.
#pragma once

#include "models/formats/format.hpp"

namespace smdm {

[[nodiscard]] ModelFormat gpt_neox_format();

}  // namespace smdm
