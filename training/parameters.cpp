#include "training/parameters.hpp"

#include <cmath>
#include <cstddef>

#include <ATen/Functions.h>

#include "base/numbers/normal.hpp"
#include "base/numbers/random.hpp"

namespace smdm::training {
namespace {

constexpr std::int64_t kAlignment = 32;

class LayoutBuilder {
 public:
  void add(const std::string& name, std::vector<std::int64_t> shape, Role role) {
    Parameter parameter{.name = name + ".weight",
                        .shape = std::move(shape),
                        .offset = layout_.length,
                        .role = role};
    const auto end = layout_.length + parameter.numbers();
    layout_.length = (end + kAlignment - 1) / kAlignment * kAlignment;
    layout_.all.push_back(std::move(parameter));
  }

  [[nodiscard]] ParameterLayout take(const ModelConfig& config) {
    layout_.config = config;
    return std::move(layout_);
  }

 private:
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
  const auto width = config.n_embd;
  const auto inner = config.intermediate_size;
  const auto vocab = config.padded_vocab_size;
  const auto joint = (config.n_head + 2 * config.n_query_groups) * config.head_size();
  LayoutBuilder builder;
  builder.add("transformer.wte", {kind == ModelKind::mdm ? vocab + 1 : vocab, width},
              Role::embedding);
  for (std::int64_t layer = 0; layer < config.n_layer; ++layer) {
    const auto at = "transformer.h." + std::to_string(layer) + ".";
    builder.add(at + "norm_1", {width}, Role::norm);
    builder.add(at + "attn.attn", {joint, width}, Role::hidden);
    builder.add(at + "attn.proj", {width, width}, Role::output);
    builder.add(at + "norm_2", {width}, Role::norm);
    builder.add(at + "mlp.swiglu.w1", {2 * inner, width}, Role::hidden);
    builder.add(at + "mlp.swiglu.w3", {width, inner}, Role::output);
  }
  builder.add("transformer.ln_f", {width}, Role::norm);
  builder.add("lm_head", {vocab, width}, Role::head);
  return builder.take(config);
}

torch::Tensor view_of(const Parameter& parameter, const torch::Tensor& vector) {
  return vector.narrow(0, parameter.offset, parameter.numbers()).view(parameter.shape);
}

Weights views_of(const ParameterLayout& layout, const torch::Tensor& vector) {
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

std::vector<std::pair<std::string, torch::Tensor>> file_tensors(const ParameterLayout& layout,
                                                                const torch::Tensor& vector) {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  for (const auto& parameter : layout.all) {
    const auto view = view_of(parameter, vector);
    const auto w1 = parameter.name.rfind("w1.weight");
    if (w1 == std::string::npos) {
      tensors.emplace_back(parameter.name, view);
      continue;
    }
    const auto inner = layout.config.intermediate_size;
    tensors.emplace_back(parameter.name, view.narrow(0, 0, inner));
    tensors.emplace_back(parameter.name.substr(0, w1) + "w2.weight", view.narrow(0, inner, inner));
  }
  return tensors;
}

torch::Tensor initial_parameters(const ParameterLayout& layout, std::uint64_t seed) {
  const RandomStream stream(seed, Purpose::training_start, {});
  auto vector = torch::zeros({layout.length}, torch::kFloat32);
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
