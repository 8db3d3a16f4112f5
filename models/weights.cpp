// Weights come from a file or from a random generator. Both give tensors in their stored form, by
// role; the shapes of all and the form in which computing wants them stand here once, their names
// in the table of the file's format.
#include "models/weights.hpp"

#include <functional>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>

#include "base/error.hpp"

namespace smdm {
namespace {

using Shape = std::vector<std::int64_t>;

std::string text(const Shape& shape) {
  std::string numbers;
  for (const auto size : shape) numbers += (numbers.empty() ? "" : ", ") + std::to_string(size);
  return "[" + numbers + "]";
}

/// Where the tensors come from: a file, or a random generator. `layer` is 0 outside the blocks.
using TensorSource =
    std::function<at::Tensor(TensorRole role, std::int64_t layer, const Shape& shape)>;

/// Puts a model's tensors where computing wants them.
class WeightsReader {
 public:
  WeightsReader(const ModelConfig& config,
                ModelKind kind,
                at::ScalarType matrix,
                at::Device device,
                TensorSource source)
      : config_(config),
        kind_(kind),
        matrix_(matrix),
        device_(device),
        source_(std::move(source)) {}

  [[nodiscard]] Weights read() const {
    Weights weights;
    weights.embedding = vector(stored(TensorRole::embedding));
    weights.norm_f = vector(stored(TensorRole::norm_f));
    weights.head = matrix(stored(TensorRole::head));
    for (std::int64_t layer = 0; layer < config_.n_layer; ++layer)
      weights.blocks.push_back(block(layer));
    weights.parameters = count(weights);
    return weights;
  }

 private:
  [[nodiscard]] BlockWeights block(std::int64_t layer) const {
    BlockWeights block;
    block.norm_1 = vector(stored(TensorRole::norm_1, layer));
    if (!config_.shared_attention_norm) block.norm_2 = vector(stored(TensorRole::norm_2, layer));
    block.qkv = matrix(stored(TensorRole::qkv, layer));
    block.proj = matrix(stored(TensorRole::proj, layer));
    const auto gate = stored(TensorRole::gate, layer);
    const auto up = stored(TensorRole::up, layer);
    block.gate_up = matrix(at::cat({gate, up}));
    block.down = matrix(stored(TensorRole::down, layer));
    return block;
  }

  [[nodiscard]] at::Tensor stored(TensorRole role, std::int64_t layer = 0) const {
    return source_(role, layer, tensor_shape(config_, kind_, role));
  }

  // copy = true: the file's mapping must not outlive the call.
  [[nodiscard]] at::Tensor vector(const at::Tensor& stored) const {
    return stored.to(device_, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  }
  [[nodiscard]] at::Tensor matrix(const at::Tensor& stored) const {
    return stored.to(at::kFloat).to(device_, matrix_, /*non_blocking=*/false, /*copy=*/true);
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
  at::ScalarType matrix_;
  at::Device device_;
  TensorSource source_;
};

at::ScalarType matrix_type(ComputeType compute) {
  return compute == ComputeType::bf16 ? at::kBFloat16 : at::kFloat;
}

/// One pass over the file's memory, without a copy: NaN passes through minimum and maximum.
void require_finite(const WeightFiles& file, const std::string& name, const at::Tensor& tensor) {
  if (tensor.numel() == 0) return;
  constexpr double kHighest = std::numeric_limits<float>::max();
  const auto [lowest, highest] = at::aminmax(tensor);
  if (lowest.item<double>() >= -kHighest && highest.item<double>() <= kHighest) return;
  throw Error(ErrorKind::checkpoint, file.file_of(name) + ": tensor \"" + name +
                                         "\": wanted finite float32 numbers, it holds NaN, "
                                         "infinity or larger ones");
}

void refuse_unexpected(const WeightFiles& file, const std::set<std::string>& expected) {
  for (const auto& [name, entry] : file.entries()) {
    if (!expected.contains(name)) {
      throw Error(ErrorKind::checkpoint, file.file_of(name) + ": unexpected tensor \"" + name +
                                             "\" " + text(entry.shape) +
                                             ": the configuration has no place for it");
    }
  }
}

}  // namespace

std::vector<std::int64_t> tensor_shape(const ModelConfig& config, ModelKind kind, TensorRole role) {
  constexpr std::int64_t kTimeWidth = 256;  // of the embedding of the time, fixed in DiT
  const auto width = config.n_embd;
  const auto inner = config.intermediate_size;
  const auto queries = config.n_head * config.head_size();
  const auto keys = config.n_query_groups * config.head_size();
  const auto cond = config.cond_dim;
  switch (role) {
    case TensorRole::embedding:
      return {config.embedding_rows(kind), width};
    case TensorRole::positions:
      return {config.block_size, width};
    case TensorRole::norm_1:
    case TensorRole::norm_1_bias:
    case TensorRole::norm_2:
    case TensorRole::norm_2_bias:
    case TensorRole::norm_f:
    case TensorRole::norm_f_bias:
    case TensorRole::proj_bias:
    case TensorRole::down_bias:
      return {width};
    case TensorRole::qkv:
      return {queries + 2 * keys, width};
    case TensorRole::qkv_bias:
      return {queries + 2 * keys};
    case TensorRole::q:
      return {queries, width};
    case TensorRole::q_bias:
      return {queries};
    case TensorRole::k:
    case TensorRole::v:
      return {keys, width};
    case TensorRole::k_bias:
    case TensorRole::v_bias:
      return {keys};
    case TensorRole::q_norm:
    case TensorRole::k_norm:
      return {config.head_size()};
    case TensorRole::proj:
      return {width, queries};
    case TensorRole::gate:
    case TensorRole::up:
      return {inner, width};
    case TensorRole::gate_bias:
    case TensorRole::up_bias:
      return {inner};
    case TensorRole::down:
      return {width, inner};
    case TensorRole::head:
      return {config.padded_vocab_size, width};
    case TensorRole::head_bias:
      return {config.padded_vocab_size};
    case TensorRole::time_in:
      return {cond, kTimeWidth};
    case TensorRole::time_out:
      return {cond, cond};
    case TensorRole::time_in_bias:
    case TensorRole::time_out_bias:
      return {cond};
    case TensorRole::modulation:
      return {6 * width, cond};
    case TensorRole::modulation_bias:
      return {6 * width};
    case TensorRole::final_modulation:
      return {2 * width, cond};
    case TensorRole::final_modulation_bias:
      return {2 * width};
  }
  throw std::invalid_argument("tensor shape: unknown role");
}

Weights load_weights(const WeightFiles& file,
                     TensorNames names,
                     const ModelConfig& config,
                     ModelKind kind,
                     ComputeType compute,
                     at::Device device) {
  std::set<std::string> expected;
  const auto source = [&](TensorRole role, std::int64_t layer, const Shape& shape) {
    const auto name = tensor_name(names, role, layer);
    expected.insert(name);
    auto tensor = file.tensor(name);
    if (tensor.sizes() != at::IntArrayRef(shape)) {
      throw Error(ErrorKind::checkpoint, file.file_of(name) + ": tensor \"" + name +
                                             "\": wanted shape " + text(shape) + ", got " +
                                             text(tensor.sizes().vec()));
    }
    require_finite(file, name, tensor);
    return tensor;
  };
  auto weights = WeightsReader(config, kind, matrix_type(compute), device, source).read();
  refuse_unexpected(file, expected);
  return weights;
}

Weights random_weights(const ModelConfig& config,
                       ModelKind kind,
                       ComputeType compute,
                       at::Device device,
                       std::uint64_t seed) {
  constexpr double kScale = 0.02;
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const auto source = [&](TensorRole, std::int64_t, const Shape& shape) {
    if (shape.size() == 1) return at::ones(shape);
    return at::empty(shape).normal_(0.0, kScale, generator);
  };
  return WeightsReader(config, kind, matrix_type(compute), device, source).read();
}

}  // namespace smdm
