#include "models/rotary.hpp"

#include <cstddef>
#include <numbers>
#include <span>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace smdm {
namespace {

/// In float32 and in the order of operations of the transformers library.
void scale_frequencies(const RopeScaling& scaling, std::span<float> theta) {
  const auto factor = static_cast<float>(scaling.factor);
  const auto low = static_cast<float>(scaling.low_freq_factor);
  const auto high = static_cast<float>(scaling.high_freq_factor);
  const auto original = static_cast<float>(scaling.original_positions);
  for (auto& value : theta) {
    const float frequency = value;
    const float wavelength = 2.0F * std::numbers::pi_v<float> / frequency;
    if (wavelength < original / high) continue;
    if (wavelength > original / low) {
      value = frequency / factor;
      continue;
    }
    const float kept = (original / wavelength - low) / (high - low);
    value = (1.0F - kept) * frequency / factor + kept * frequency;
  }
}

}  // namespace

RotaryTables rotary_tables(const ModelConfig& config, at::Device device) {
  // Float32 throughout, in the reference's order of operations, so that rounding to bfloat16 agrees
  // with it.
  const auto base = static_cast<float>(config.rotary_base);
  const auto elements = config.rotary_elements();
  const auto exponents = at::arange(0, elements, 2, at::kFloat) / static_cast<float>(elements);
  const auto theta = 1.0F / at::pow(base, exponents);
  if (config.rope_scaling) {
    const auto pairs = static_cast<std::size_t>(theta.numel());
    scale_frequencies(*config.rope_scaling, {theta.mutable_data_ptr<float>(), pairs});
  }
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
