#include "models/rotary.hpp"

#include <ATen/Functions.h>

namespace smdm {

RotaryTables rotary_tables(const ModelConfig& config, torch::Device device) {
  // Float32 throughout, in the reference's order of operations, so that rounding to bfloat16 agrees
  // with it.
  const auto base = static_cast<float>(config.rotary_base);
  const auto elements = config.rotary_elements();
  const auto exponents =
      torch::arange(0, elements, 2, torch::kFloat32) / static_cast<float>(elements);
  const auto theta = 1.0F / torch::pow(base, exponents);
  const auto positions =
      torch::arange(config.block_size, torch::kFloat32) / static_cast<float>(config.condense_ratio);
  const auto angles = torch::outer(positions, theta);
  const auto table = [&](const torch::Tensor& values) {
    const auto kept = config.rope_tables == RopeTables::bf16 ? values.to(torch::kBFloat16) : values;
    return kept.to(device, torch::kFloat32);
  };
  return {.cosine = table(torch::cos(angles)), .sine = table(torch::sin(angles))};
}

}  // namespace smdm
