/// What can be said of a model without its weights: from its configuration and from the headers of
/// its files.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/config.hpp"
#include "models/formats/format.hpp"
#include "models/language_model.hpp"
#include "models/safetensors.hpp"

namespace smdm {

/// What evaluators need to know of a model.
/// @param parameters  of all tensors that it computes from
[[nodiscard]] ModelInfo model_info(const ModelConfig& config,
                                   ModelKind kind,
                                   ComputeType compute,
                                   std::int64_t parameters);

/// A model that is known by its info alone: it computes nothing, and who asks it to gets
/// std::logic_error. For counting work.
[[nodiscard]] std::unique_ptr<LanguageModel> unloaded_model(const ModelInfo& info);

/// The tensors of a checkpoint that its model computes from, as they are stored.
struct StoredWeights {
  std::int64_t parameters = 0;      ///< their elements
  std::int64_t kept_in_float = 0;   ///< of these, those that stay float32 where matrices are bf16
  std::vector<std::string> dtypes;  ///< theirs, sorted, each once: "bfloat16"

  /// "bfloat16", or "bfloat16, float32" where they differ.
  [[nodiscard]] std::string storage() const;

  /// Bytes of memory that weights take when they are computed in a type.
  [[nodiscard]] std::uint64_t bytes(ComputeType compute) const;
};

/// Buffers that the format skips, and the copy of a tied head, are none of them.
/// @param entries  of all files
[[nodiscard]] StoredWeights stored_weights(const ModelFormat& format,
                                           const ModelConfig& config,
                                           const TensorEntries& entries);

/// Parameters that every token of a row is multiplied with: the matrices of all layers, without
/// embedding and head.
[[nodiscard]] std::int64_t layer_parameters(const ModelConfig& config);

}  // namespace smdm
