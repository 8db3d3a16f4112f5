#include "training/parameters.hpp"

#include <cmath>
#include <cstddef>

#include <ATen/Functions.h>

#include "base/numbers/normal.hpp"
#include "base/numbers/random.hpp"
#include "models/formats/smdm.hpp"

namespace smdm::training {
namespace {

constexpr std::int64_t kAlignment = 32;

/// Lays tensors end to end, under the names of the format that training writes.
class LayoutBuilder {
 public:
  LayoutBuilder(const ModelConfig& config, ModelKind kind) : kind_(kind) {
    layout_.config = config;
  }

  /// @param layer  0 outside the blocks
  void add(TensorRole tensor, Role role, std::int64_t layer = 0) {
    Parameter parameter{.name = tensor_name(smdm_tensors(), tensor, layer),
                        .second_name = {},
                        .tensor = tensor,
                        .shape = tensor_shape(layout_.config, kind_, tensor),
                        .offset = layout_.length,
                        .role = role};
    if (tensor == TensorRole::gate) {
      parameter.second_name = tensor_name(smdm_tensors(), TensorRole::up, layer);
      parameter.shape.front() *= 2;
    }
    const auto end = layout_.length + parameter.numbers();
    layout_.length = (end + kAlignment - 1) / kAlignment * kAlignment;
    layout_.all.push_back(std::move(parameter));
  }

  [[nodiscard]] ParameterLayout take() { return std::move(layout_); }

 private:
  ModelKind kind_;
  ParameterLayout layout_;
};

double deviation(const ModelConfig& config, Role role) {
  const auto width = static_cast<double>(config.n_embd);
  if (role == Role::output) return 1.0 / (std::sqrt(width) * static_cast<double>(config.n_layer));
  return std::sqrt(2.0 / (5.0 * width));
}

/// Normal numbers, two of every pair of draws.
void fill_normal(
    const RandomStream& stream, std::int64_t tensor, double scale, float* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += 2) {
    const auto pair = normal_pair(stream.uniform(tensor, i), stream.uniform(tensor, i + 1), scale);
    to[i] = static_cast<float>(pair.first());
    if (i + 1 < count) to[i + 1] = static_cast<float>(pair.second());
  }
}

}  // namespace

std::int64_t Parameter::numbers() const noexcept {
  std::int64_t product = 1;
  for (const auto size : shape) product *= size;
  return product;
}

std::int64_t ParameterLayout::hidden_parameters() const noexcept {
  std::int64_t sum = 0;
  for (const auto& parameter : all) {
    if (parameter.role != Role::embedding && parameter.role != Role::head)
      sum += parameter.numbers();
  }
  return sum;
}

std::int64_t ParameterLayout::parameters() const noexcept {
  std::int64_t sum = 0;
  for (const auto& parameter : all) sum += parameter.numbers();
  return sum;
}

ParameterLayout parameter_layout(const ModelConfig& config, ModelKind kind) {
  LayoutBuilder builder(config, kind);
  builder.add(TensorRole::embedding, Role::embedding);
  for (std::int64_t layer = 0; layer < config.n_layer; ++layer) {
    builder.add(TensorRole::norm_1, Role::norm, layer);
    builder.add(TensorRole::qkv, Role::hidden, layer);
    builder.add(TensorRole::proj, Role::output, layer);
    builder.add(TensorRole::norm_2, Role::norm, layer);
    builder.add(TensorRole::gate, Role::hidden, layer);
    builder.add(TensorRole::down, Role::output, layer);
  }
  builder.add(TensorRole::norm_f, Role::norm);
  builder.add(TensorRole::head, Role::head);
  return builder.take();
}

at::Tensor view_of(const Parameter& parameter, const at::Tensor& vector) {
  return vector.narrow(0, parameter.offset, parameter.numbers()).view(parameter.shape);
}

Weights views_of(const ParameterLayout& layout, const at::Tensor& vector) {
  std::size_t next = 0;
  const auto take = [&] { return view_of(layout.all[next++], vector); };
  Weights weights;
  weights.embedding = take();
  for (std::int64_t layer = 0; layer < layout.config.n_layer; ++layer) {
    BlockWeights block;
    block.norm_1 = take();
    block.qkv = take();
    block.proj = take();
    block.norm_2 = take();
    block.gate_up = take();
    block.down = take();
    weights.blocks.push_back(std::move(block));
  }
  weights.norm_f = take();
  weights.head = take();
  weights.parameters = layout.parameters();
  return weights;
}

std::vector<std::pair<std::string, at::Tensor>> file_tensors(const ParameterLayout& layout,
                                                             const at::Tensor& vector) {
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const auto& parameter : layout.all) {
    const auto view = view_of(parameter, vector);
    if (parameter.second_name.empty()) {
      tensors.emplace_back(parameter.name, view);
      continue;
    }
    const auto inner = layout.config.intermediate_size;
    tensors.emplace_back(parameter.name, view.narrow(0, 0, inner));
    tensors.emplace_back(parameter.second_name, view.narrow(0, inner, inner));
  }
  return tensors;
}

at::Tensor initial_parameters(const ParameterLayout& layout, std::uint64_t seed) {
  const RandomStream stream(seed, Purpose::training_start, {});
  auto vector = at::zeros({layout.length}, at::kFloat);
  for (std::size_t i = 0; i < layout.all.size(); ++i) {
    const auto& parameter = layout.all[i];
    float* to = vector.mutable_data_ptr<float>() + parameter.offset;
    if (parameter.role == Role::norm) {
      view_of(parameter, vector).fill_(1.0);
    } else {
      fill_normal(stream, static_cast<std::int64_t>(i), deviation(layout.config, parameter.role),
                  to, parameter.numbers());
    }
  }
  return vector;
}

}  // namespace smdm::training
