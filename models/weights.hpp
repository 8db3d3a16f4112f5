/// A checkpoint's tensors, checked against its configuration and laid out for computing.
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/config.hpp"
#include "models/formats/format.hpp"
#include "models/formats/tensor_names.hpp"
#include "models/language_model.hpp"
#include "models/weight_files.hpp"

namespace smdm {

/// One layer. What a model does not have is undefined.
struct BlockWeights {
  at::Tensor norm_1;       ///< float32 [E]
  at::Tensor norm_1_bias;  ///< float32 [E]

  at::Tensor qkv;       ///< [(H + 2 G) hs, E], in the order of Weights::qkv_order
  at::Tensor qkv_bias;  ///< [(H + 2 G) hs]

  // Or each by itself: as a checkpoint stores them, so that its memory can be used as it is.
  at::Tensor q;  ///< [H hs, E]
  at::Tensor q_bias;
  at::Tensor k;  ///< [G hs, E]
  at::Tensor k_bias;
  at::Tensor v;  ///< [G hs, E]
  at::Tensor v_bias;

  at::Tensor q_norm;  ///< float32 [hs]
  at::Tensor k_norm;  ///< float32 [hs]

  at::Tensor proj;  ///< [E, H hs]
  at::Tensor proj_bias;

  at::Tensor norm_2;  ///< float32 [E]; undefined where the two norms are shared
  at::Tensor norm_2_bias;

  at::Tensor gate_up;  ///< [2 I, E]: gate, then up
  at::Tensor gate;     ///< [I, E]; or each by itself
  at::Tensor gate_bias;
  at::Tensor up;  ///< [I, E]; alone where there is no gate
  at::Tensor up_bias;
  at::Tensor down;  ///< [E, I]
  at::Tensor down_bias;
};

/// Norms are float32; the matrices have the compute type, and so has the embedding under
/// Arithmetic::transformers (else it is float32).
struct Weights {
  at::Tensor embedding;  ///< [V or V + 1, E]
  at::Tensor positions;  ///< [block_size, E] where positions are learned, else undefined
  std::vector<BlockWeights> blocks;
  QkvOrder qkv_order = QkvOrder::by_group;
  at::Tensor norm_f;  ///< [E]
  at::Tensor norm_f_bias;
  at::Tensor head;  ///< [V, E]; the embedding itself where the two are tied
  at::Tensor head_bias;
  std::int64_t parameters = 0;  ///< as stored; what is tied counts once
};

/// The shape of a tensor as it is stored.
[[nodiscard]] std::vector<std::int64_t> tensor_shape(const ModelConfig& config,
                                                     ModelKind kind,
                                                     TensorRole role);

/// On the CPU, matrices of models under Arithmetic::transformers whose stored type is the compute
/// type are views of the mapped files; everything else is copied.
/// @throws Error(checkpoint)  for a missing, unexpected or misshapen tensor, for one that holds
///                            NaN, infinity or what float32 cannot hold, and for a stored head that
///                            is not the embedding to which it is tied, naming it and the file
[[nodiscard]] Weights load_weights(const WeightFiles& files,
                                   const ModelFormat& format,
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
