/// All parameters of a model in one float32 vector, so that an optimizer's step is one pass over
/// memory, with views of it in the shapes that a forward pass wants and in those of a file.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/config.hpp"
#include "models/formats/tensor_names.hpp"
#include "models/weights.hpp"

namespace smdm::training {

enum class Role : std::uint8_t {
  embedding,
  norm,
  hidden,  ///< a matrix between embedding and head
  output,  ///< a hidden matrix whose product is added to the residual stream
  head,
};

/// Where one tensor lies in the vector.
struct Parameter {
  std::string name;         ///< the file's; of SwiGLU's two inputs, which lie end to end, the first
  std::string second_name;  ///< the other of SwiGLU's inputs, else empty
  TensorRole tensor = TensorRole::embedding;
  std::vector<std::int64_t> shape;
  std::int64_t offset = 0;
  Role role = Role::hidden;

  [[nodiscard]] std::int64_t numbers() const noexcept;
};

/// The order of a model's tensors. Every one begins at a multiple of 32 numbers, so at a cache
/// line in float32 and in bfloat16: matrix products may round otherwise at other addresses.
struct ParameterLayout {
  ModelConfig config;
  std::vector<Parameter> all;
  std::int64_t length = 0;  ///< of the vector, with the gaps, which stay zero

  /// Parameters outside embedding and head: the N of the paper's 6 N D.
  [[nodiscard]] std::int64_t hidden_parameters() const noexcept;
  [[nodiscard]] std::int64_t parameters() const noexcept;
};

[[nodiscard]] ParameterLayout parameter_layout(const ModelConfig& config, ModelKind kind);

/// The view of one parameter.
[[nodiscard]] at::Tensor view_of(const Parameter& parameter, const at::Tensor& vector);

/// Views for computing. @param vector  [length], of any type
[[nodiscard]] Weights views_of(const ParameterLayout& layout, const at::Tensor& vector);

/// Views under the names of a checkpoint's file, in its order.
[[nodiscard]] std::vector<std::pair<std::string, at::Tensor>> file_tensors(
    const ParameterLayout& layout, const at::Tensor& vector);

/// Parameters to begin with: norms 1, matrices N(0, 2 / (5 E)), those of Role::output
/// N(0, 1 / (E n_layer^2)), as the reference begins.
[[nodiscard]] at::Tensor initial_parameters(const ParameterLayout& layout, std::uint64_t seed);

}  // namespace smdm::training
