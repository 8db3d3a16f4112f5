#include "models/weights.hpp"

#include <functional>
#include <set>

#include <ATen/CPUGeneratorImpl.h>

#include "base/error.hpp"

namespace smdm {
namespace {

using Shape = std::vector<std::int64_t>;

std::string text(const Shape& shape) {
  std::string numbers;
  for (const auto size : shape) numbers += (numbers.empty() ? "" : ", ") + std::to_string(size);
  return "[" + numbers + "]";
}

/// Where a tensor of a name and shape comes from: a file, or a random generator.
using TensorSource = std::function<torch::Tensor(const std::string& name, const Shape& shape)>;

/// The names and shapes of every tensor of a model, in one place.
class Layout {
 public:
  Layout(const ModelConfig& config, ModelKind kind, torch::Dtype matrix, torch::Device device)
      : config_(config), kind_(kind), matrix_(matrix), device_(device) {}

  [[nodiscard]] Weights read(const TensorSource& source) const {
    const auto width = config_.n_embd;
    const auto vocab = config_.padded_vocab_size;
    Weights weights;
    weights.embedding = vector(
        source("transformer.wte.weight", {kind_ == ModelKind::mdm ? vocab + 1 : vocab, width}));
    weights.norm_f = vector(source("transformer.ln_f.weight", {width}));
    weights.head = matrix(source("lm_head.weight", {vocab, width}));
    for (std::int64_t layer = 0; layer < config_.n_layer; ++layer)
      weights.blocks.push_back(block(layer, source));
    weights.parameters = count(weights);
    return weights;
  }

 private:
  [[nodiscard]] BlockWeights block(std::int64_t layer, const TensorSource& source) const {
    const auto width = config_.n_embd;
    const auto inner = config_.intermediate_size;
    const auto at = "transformer.h." + std::to_string(layer) + ".";
    BlockWeights block;
    block.norm_1 = vector(source(at + "norm_1.weight", {width}));
    if (!config_.shared_attention_norm)
      block.norm_2 = vector(source(at + "norm_2.weight", {width}));
    const auto joint = (config_.n_head + 2 * config_.n_query_groups) * config_.head_size();
    block.qkv = matrix(source(at + "attn.attn.weight", {joint, width}));
    block.proj = matrix(source(at + "attn.proj.weight", {width, width}));
    const auto gate = source(at + "mlp.swiglu.w1.weight", {inner, width});
    const auto up = source(at + "mlp.swiglu.w2.weight", {inner, width});
    block.gate_up = matrix(torch::cat({gate, up}));
    block.down = matrix(source(at + "mlp.swiglu.w3.weight", {width, inner}));
    return block;
  }

  // copy = true: the file's mapping must not outlive the call.
  [[nodiscard]] torch::Tensor vector(const torch::Tensor& stored) const {
    return stored.to(device_, torch::kFloat32, /*non_blocking=*/false, /*copy=*/true);
  }
  [[nodiscard]] torch::Tensor matrix(const torch::Tensor& stored) const {
    return stored.to(torch::kFloat32).to(device_, matrix_, /*non_blocking=*/false, /*copy=*/true);
  }

  static std::int64_t count(const Weights& weights) {
    std::int64_t sum = weights.embedding.numel() + weights.norm_f.numel() + weights.head.numel();
    for (const auto& block : weights.blocks) {
      sum += block.norm_1.numel() + block.qkv.numel() + block.proj.numel() + block.gate_up.numel() +
             block.down.numel() + (block.norm_2.defined() ? block.norm_2.numel() : 0);
    }
    return sum;
  }

  const ModelConfig& config_;
  ModelKind kind_;
  torch::Dtype matrix_;
  torch::Device device_;
};

torch::Dtype matrix_type(ComputeType compute) {
  return compute == ComputeType::bf16 ? torch::kBFloat16 : torch::kFloat32;
}

void refuse_unexpected(const SafetensorsFile& file, const std::set<std::string>& expected) {
  for (const auto& [name, entry] : file.entries()) {
    if (!expected.contains(name)) {
      throw Error(ErrorKind::checkpoint, file.name() + ": unexpected tensor \"" + name + "\" " +
                                             text(entry.shape) +
                                             ": the configuration has no place for it");
    }
  }
}

}  // namespace

ModelKind model_kind(const SafetensorsFile& file,
                     const ModelConfig& config,
                     std::optional<ModelKind> asked) {
  auto found = config.kind;
  std::string reason = "x_model_type of its configuration";
  const auto embedding = file.entries().find("transformer.wte.weight");
  if (!found && embedding != file.entries().end() && embedding->second.shape.size() == 2) {
    const auto rows = embedding->second.shape.front();
    reason = std::to_string(rows) + " embedding rows for a vocabulary of " +
             std::to_string(config.padded_vocab_size);
    if (rows == config.padded_vocab_size + 1) found = ModelKind::mdm;
    if (rows == config.padded_vocab_size) found = ModelKind::arm;
  }
  if (found && asked && *found != *asked) {
    throw Error(ErrorKind::checkpoint, file.name() + ": --backend " + to_string(*asked) +
                                           " contradicts the checkpoint, which is \"" +
                                           to_string(*found) + "\" by " + reason);
  }
  if (found) return *found;
  if (asked) return *asked;
  throw Error(
      ErrorKind::checkpoint,
      file.name() + ": cannot tell what kind of model it is: give --backend mdm or --backend arm");
}

Weights load_weights(const SafetensorsFile& file,
                     const ModelConfig& config,
                     ModelKind kind,
                     ComputeType compute,
                     torch::Device device) {
  std::set<std::string> expected;
  const auto source = [&](const std::string& name, const Shape& shape) {
    expected.insert(name);
    auto tensor = file.tensor(name);
    if (tensor.sizes() != at::IntArrayRef(shape)) {
      throw Error(ErrorKind::checkpoint, file.name() + ": tensor \"" + name + "\": wanted shape " +
                                             text(shape) + ", got " + text(tensor.sizes().vec()));
    }
    return tensor;
  };
  auto weights = Layout(config, kind, matrix_type(compute), device).read(source);
  refuse_unexpected(file, expected);
  return weights;
}

Weights random_weights(const ModelConfig& config,
                       ModelKind kind,
                       ComputeType compute,
                       torch::Device device,
                       std::uint64_t seed) {
  constexpr double kScale = 0.02;
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const auto source = [&](const std::string&, const Shape& shape) {
    if (shape.size() == 1) return torch::ones(shape);
    return torch::empty(shape).normal_(0.0, kScale, generator);
  };
  return Layout(config, kind, matrix_type(compute), device).read(source);
}

}  // namespace smdm
