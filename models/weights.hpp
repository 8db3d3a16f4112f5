/// A checkpoint's tensors, checked against its configuration and laid out for computing.
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/config.hpp"
#include "models/formats/tensor_names.hpp"
#include "models/language_model.hpp"
#include "models/weight_files.hpp"

namespace smdm {

struct BlockWeights {
  at::Tensor norm_1;   ///< float32 [E]
  at::Tensor qkv;      ///< [(H + 2 G) hs, E]
  at::Tensor proj;     ///< [E, E]
  at::Tensor norm_2;   ///< float32 [E], undefined where the two norms are shared
  at::Tensor gate_up;  ///< [2 I, E]: w1, then w2
  at::Tensor down;     ///< [E, I]: w3
};

/// Norms and embedding are float32; the matrices have the compute type.
struct Weights {
  at::Tensor embedding;  ///< [V or V + 1, E]
  std::vector<BlockWeights> blocks;
  at::Tensor norm_f;  ///< [E]
  at::Tensor head;    ///< [V, E]
  std::int64_t parameters = 0;
};

/// The shape of a tensor as it is stored.
[[nodiscard]] std::vector<std::int64_t> tensor_shape(const ModelConfig& config,
                                                     ModelKind kind,
                                                     TensorRole role);

/// @param names  of the file's format
/// @throws Error(checkpoint)  for a missing, unexpected or misshapen tensor and for one that holds
///                            NaN, infinity or what float32 cannot hold, naming it and the file
[[nodiscard]] Weights load_weights(const WeightFiles& file,
                                   TensorNames names,
                                   const ModelConfig& config,
                                   ModelKind kind,
                                   ComputeType compute,
                                   at::Device device);

/// Weights drawn from N(0, 0.02^2), for benchmarks. @param seed  of the draws
[[nodiscard]] Weights random_weights(const ModelConfig& config,
                                     ModelKind kind,
                                     ComputeType compute,
                                     at::Device device,
                                     std::uint64_t seed);

}  // namespace smdm
