#include "models/rotary.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace smdm {

RotaryTables rotary_tables(const ModelConfig& config, at::Device device) {
  // Float32 throughout, in the reference's order of operations, so that rounding to bfloat16 agrees
  // with it.
  const auto base = static_cast<float>(config.rotary_base);
  const auto elements = config.rotary_elements();
  const auto exponents = at::arange(0, elements, 2, at::kFloat) / static_cast<float>(elements);
  const auto theta = 1.0F / at::pow(base, exponents);
  const auto positions =
      at::arange(config.block_size, at::kFloat) / static_cast<float>(config.condense_ratio);
  const auto angles = at::outer(positions, theta);
  const auto table = [&](const at::Tensor& values) {
    const auto kept = config.rope_tables == RopeTables::bf16 ? values.to(at::kBFloat16) : values;
    return kept.to(device, at::kFloat);
  };
  return {.cosine = table(at::cos(angles)), .sine = table(at::sin(angles))};
}

}  // namespace smdm
