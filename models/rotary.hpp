/// The angles of the rotary position embedding.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/config.hpp"

namespace smdm {

/// Cosines and sines of every position of the context, float32 [block_size, rotary_elements / 2],
/// rounded to bfloat16 where the configuration says so.
struct RotaryTables {
  at::Tensor cosine;
  at::Tensor sine;
};

[[nodiscard]] RotaryTables rotary_tables(const ModelConfig& config, at::Device device);

}  // namespace smdm
