// Weights come from a file or from a random generator. Both give tensors in their stored form, by
// role; the shapes of all and the form in which computing wants them stand here once, their names
// in the table of the file's format.
#include "models/weights.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "base/error.hpp"

namespace smdm {
namespace {

using Shape = std::vector<std::int64_t>;

std::string text(const Shape& shape) {
  std::string numbers;
  for (const auto size : shape) numbers += (numbers.empty() ? "" : ", ") + std::to_string(size);
  return "[" + numbers + "]";
}

/// Where the tensors come from, in the orientation that is used: a file, or a random generator.
/// `layer` is 0 outside the blocks.
using TensorSource =
    std::function<at::Tensor(TensorRole role, std::int64_t layer, const Shape& shape)>;

at::ScalarType matrix_type(ComputeType compute) {
  return compute == ComputeType::bf16 ? at::kBFloat16 : at::kFloat;
}

/// How a model's weights are kept.
struct Keeping {
  at::ScalarType matrix;
  at::Device device;
  bool joint_qkv;   ///< whether queries, keys and values are stored in one
  bool own_memory;  ///< whether nothing may be a view of a file
};

/// Puts a model's tensors where computing wants them.
class WeightsReader {
 public:
  WeightsReader(const ModelConfig& config, ModelKind kind, Keeping keeping, TensorSource source)
      : config_(config), kind_(kind), keeping_(keeping), source_(std::move(source)) {}

  [[nodiscard]] Weights read() {
    Weights weights;
    const bool whole = config_.arithmetic == Arithmetic::transformers;
    const auto embedding = stored(TensorRole::embedding);
    weights.embedding = whole ? matrix(embedding) : vector(embedding);
    if (config_.learned_positions) weights.positions = matrix(stored(TensorRole::positions));
    weights.norm_f = vector(stored(TensorRole::norm_f));
    if (config_.norm_bias) weights.norm_f_bias = vector(stored(TensorRole::norm_f_bias));
    weights.head = config_.tied_head ? weights.embedding : matrix(stored(TensorRole::head));
    if (config_.head_bias) weights.head_bias = matrix(stored(TensorRole::head_bias));
    for (std::int64_t layer = 0; layer < config_.n_layer; ++layer)
      weights.blocks.push_back(block(layer));
    if (config_.cond_dim > 0) fold_time(weights);
    weights.parameters = count_;
    return weights;
  }

 private:
  [[nodiscard]] BlockWeights block(std::int64_t layer) {
    BlockWeights block;
    block.norm_1 = vector(stored(TensorRole::norm_1, layer));
    block.norm_1_bias = vector_if(config_.norm_bias, TensorRole::norm_1_bias, layer);
    if (!config_.shared_attention_norm) {
      block.norm_2 = vector(stored(TensorRole::norm_2, layer));
      block.norm_2_bias = vector_if(config_.norm_bias, TensorRole::norm_2_bias, layer);
    }
    read_attention(layer, block);
    read_feed_forward(layer, block);
    return block;
  }

  void read_attention(std::int64_t layer, BlockWeights& block) {
    const bool bias = config_.qkv_bias;
    if (keeping_.joint_qkv) {
      block.qkv = matrix(stored(TensorRole::qkv, layer));
      block.qkv_bias = matrix_if(bias, TensorRole::qkv_bias, layer);
    } else {
      block.q = matrix(stored(TensorRole::q, layer));
      block.k = matrix(stored(TensorRole::k, layer));
      block.v = matrix(stored(TensorRole::v, layer));
      block.q_bias = matrix_if(bias, TensorRole::q_bias, layer);
      block.k_bias = matrix_if(bias, TensorRole::k_bias, layer);
      block.v_bias = matrix_if(bias, TensorRole::v_bias, layer);
    }
    block.q_norm = vector_if(config_.qk_norm, TensorRole::q_norm, layer);
    block.k_norm = vector_if(config_.qk_norm, TensorRole::k_norm, layer);
    block.proj = matrix(stored(TensorRole::proj, layer));
    block.proj_bias = matrix_if(config_.proj_bias, TensorRole::proj_bias, layer);
  }

  void read_feed_forward(std::int64_t layer, BlockWeights& block) {
    const bool bias = config_.feed_forward_bias;
    const bool gated = config_.feed_forward == FeedForward::swiglu;
    if (gated && keeping_.own_memory) {
      const auto gate = stored(TensorRole::gate, layer);
      const auto up = stored(TensorRole::up, layer);
      block.gate_up = matrix(at::cat({gate, up}));
    } else {
      if (gated) {
        block.gate = matrix(stored(TensorRole::gate, layer));
        block.gate_bias = matrix_if(bias, TensorRole::gate_bias, layer);
      }
      block.up = matrix(stored(TensorRole::up, layer));
      block.up_bias = matrix_if(bias, TensorRole::up_bias, layer);
    }
    block.down = matrix(stored(TensorRole::down, layer));
    block.down_bias = matrix_if(bias, TensorRole::down_bias, layer);
  }

  /// As in the dit.py of MDLM: the blocks are modulated by the time, which is always 0 here. With
  /// c = silu(W_out silu(W_in e(0) + b_in) + b_out), where e(0) is 128 cosines of 0 and 128 sines,
  /// and (shift, scale, gate) = W c + b: norm(x) (1 + scale) + shift is a norm with other weights,
  /// and gate * linear(x) a linear layer with other weights.
  void fold_time(Weights& weights) {
    const auto condition = condition_of_time();
    for (std::int64_t layer = 0; layer < config_.n_layer; ++layer) {
      auto& block = weights.blocks[static_cast<std::size_t>(layer)];
      const auto parts = modulation(TensorRole::modulation, layer, condition).chunk(6);
      fold_norm(parts[0], parts[1], block.norm_1, block.norm_1_bias);
      fold_gate(parts[2], block.proj, block.proj_bias);
      fold_norm(parts[3], parts[4], block.norm_2, block.norm_2_bias);
      fold_gate(parts[5], block.down, block.down_bias);
    }
    const auto parts = modulation(TensorRole::final_modulation, 0, condition).chunk(2);
    fold_norm(parts[0], parts[1], weights.norm_f, weights.norm_f_bias);
  }

  /// c, float64 [cond_dim].
  [[nodiscard]] at::Tensor condition_of_time() {
    const auto in = stored(TensorRole::time_in).to(at::kDouble);
    const auto e = at::zeros({in.size(1)}, at::kDouble);
    e.narrow(0, 0, in.size(1) / 2).fill_(1.0);
    const auto hidden = at::silu(in.mv(e) + stored(TensorRole::time_in_bias).to(at::kDouble));
    const auto out = stored(TensorRole::time_out).to(at::kDouble);
    return at::silu(out.mv(hidden) + stored(TensorRole::time_out_bias).to(at::kDouble));
  }

  [[nodiscard]] at::Tensor modulation(TensorRole role,
                                      std::int64_t layer,
                                      const at::Tensor& condition) {
    const auto bias = role == TensorRole::modulation ? TensorRole::modulation_bias
                                                     : TensorRole::final_modulation_bias;
    return stored(role, layer).to(at::kDouble).mv(condition) + stored(bias, layer).to(at::kDouble);
  }

  void fold_norm(const at::Tensor& shift,
                 const at::Tensor& scale,
                 at::Tensor& norm,
                 at::Tensor& bias) const {
    norm = vector(norm.to(at::kCPU, at::kDouble) * (scale + 1.0));
    bias = vector(shift);
  }

  void fold_gate(const at::Tensor& gate, at::Tensor& weight, at::Tensor& bias) const {
    weight = matrix(weight.to(at::kCPU, at::kDouble) * gate.unsqueeze(1));
    if (bias.defined()) bias = matrix(bias.to(at::kCPU, at::kDouble) * gate);
  }

  [[nodiscard]] at::Tensor stored(TensorRole role, std::int64_t layer = 0) {
    auto tensor = source_(role, layer, tensor_shape(config_, kind_, role));
    count_ += tensor.numel();
    return tensor;
  }

  [[nodiscard]] at::Tensor vector_if(bool there, TensorRole role, std::int64_t layer) {
    return there ? vector(stored(role, layer)) : at::Tensor();
  }
  [[nodiscard]] at::Tensor matrix_if(bool there, TensorRole role, std::int64_t layer) {
    return there ? matrix(stored(role, layer)) : at::Tensor();
  }

  // copy = true: the file's mapping must not outlive the call.
  [[nodiscard]] at::Tensor vector(const at::Tensor& stored) const {
    return stored.to(keeping_.device, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  }
  [[nodiscard]] at::Tensor matrix(const at::Tensor& stored) const {
    if (!keeping_.own_memory && stored.scalar_type() == keeping_.matrix)
      return stored.to(keeping_.device).contiguous();
    return stored.to(at::kFloat)
        .to(keeping_.device, keeping_.matrix, /*non_blocking=*/false, /*copy=*/true)
        .contiguous();
  }

  const ModelConfig& config_;
  ModelKind kind_;
  Keeping keeping_;
  TensorSource source_;
  std::int64_t count_ = 0;  ///< numbers read
};

/// SMDM's weights have always been laid out anew; those of others may lie in gigabytes of mapped
/// memory.
Keeping keeping(const ModelConfig& config, ComputeType compute, at::Device device, bool joint_qkv) {
  return {.matrix = matrix_type(compute),
          .device = device,
          .joint_qkv = joint_qkv,
          .own_memory = config.arithmetic == Arithmetic::smdm};
}

/// One pass over the file's memory, without a copy: NaN passes through minimum and maximum.
void require_finite(const std::string& file, const std::string& name, const at::Tensor& tensor) {
  if (tensor.numel() == 0) return;
  constexpr double kHighest = std::numeric_limits<float>::max();
  const auto [lowest, highest] = at::aminmax(tensor);
  if (lowest.item<double>() >= -kHighest && highest.item<double>() <= kHighest) return;
  throw Error(ErrorKind::checkpoint, file + ": tensor \"" + name +
                                         "\": wanted finite float32 numbers, it holds NaN, "
                                         "infinity or larger ones");
}

/// The tensors of a checkpoint by what they are for, checked as they are taken.
class NamedTensors {
 public:
  NamedTensors(const WeightFiles& files, const ModelFormat& format)
      : files_(files), format_(format) {
    const auto& prefix = format.optional_prefix;
    for (const auto& [name, entry] : files.entries()) {
      if (!prefix.empty() && name.starts_with(prefix)) prefix_ = prefix;
    }
  }

  [[nodiscard]] at::Tensor take(TensorRole role, std::int64_t layer, const Shape& shape) {
    const auto name = name_of(role, layer);
    taken_.insert(name);
    const bool transposed = line_of(format_.tensors, role).stored == Stored::transposed;
    const auto wanted = transposed ? Shape(shape.rbegin(), shape.rend()) : shape;
    const auto tensor = files_.tensor(name);
    if (tensor.sizes() != at::IntArrayRef(wanted)) {
      throw Error(ErrorKind::checkpoint, files_.file_of(name) + ": tensor \"" + name +
                                             "\": wanted shape " + text(wanted) + ", got " +
                                             text(tensor.sizes().vec()));
    }
    require_finite(files_.file_of(name), name, tensor);
    return transposed ? tensor.t() : tensor;
  }

  /// Files of a tied model may hold the head all the same; then it must be the embedding.
  void check_tied_head(const Shape& shape) {
    if (!has_role(format_.tensors, TensorRole::head)) return;
    const auto name = name_of(TensorRole::head, 0);
    if (!files_.entries().contains(name)) return;
    const auto head = take(TensorRole::head, 0, shape);
    const auto embedding = files_.tensor(name_of(TensorRole::embedding, 0));
    if (head.scalar_type() == embedding.scalar_type() && at::equal(head, embedding)) return;
    throw Error(ErrorKind::checkpoint, files_.file_of(name) + ": tensor \"" + name +
                                           "\": wanted the numbers of the embedding, to which "
                                           "the configuration ties it, got others");
  }

  void refuse_others() const {
    for (const auto& [name, entry] : files_.entries()) {
      if (taken_.contains(name) || is_skipped(name)) continue;
      throw Error(ErrorKind::checkpoint, files_.file_of(name) + ": unexpected tensor \"" + name +
                                             "\" " + text(entry.shape) +
                                             ": the configuration has no place for it");
    }
  }

 private:
  [[nodiscard]] std::string name_of(TensorRole role, std::int64_t layer) const {
    const bool head = role == TensorRole::head || role == TensorRole::head_bias;
    return (head ? "" : prefix_) + tensor_name(format_.tensors, role, layer);
  }

  [[nodiscard]] bool is_skipped(std::string_view name) const {
    if (name.starts_with(prefix_)) name.remove_prefix(prefix_.size());
    return std::ranges::any_of(
        format_.skipped, [&](std::string_view pattern) { return matches_name(pattern, name); });
  }

  const WeightFiles& files_;
  const ModelFormat& format_;
  std::string prefix_;
  std::set<std::string> taken_;
};

}  // namespace

namespace {

/// The roles of a DiT's conditioning on time, which are the last ones.
Shape time_shape(const ModelConfig& config, TensorRole role) {
  constexpr std::int64_t kTimeWidth = 256;  // of the embedding of the time, fixed in DiT
  const auto width = config.n_embd;
  const auto cond = config.cond_dim;
  switch (role) {
    case TensorRole::time_in:
      return {cond, kTimeWidth};
    case TensorRole::time_out:
      return {cond, cond};
    case TensorRole::modulation:
      return {6 * width, cond};
    case TensorRole::modulation_bias:
      return {6 * width};
    case TensorRole::final_modulation:
      return {2 * width, cond};
    case TensorRole::final_modulation_bias:
      return {2 * width};
    default:  // time_in_bias, time_out_bias
      return {cond};
  }
}

/// Numbers that a linear layer of a block, or the head, gives for a token.
std::int64_t outputs_of(const ModelConfig& config, TensorRole role) {
  const auto queries = config.n_head * config.head_size();
  const auto keys = config.n_query_groups * config.head_size();
  switch (role) {
    case TensorRole::qkv:
    case TensorRole::qkv_bias:
      return queries + 2 * keys;
    case TensorRole::q:
    case TensorRole::q_bias:
      return queries;
    case TensorRole::k:
    case TensorRole::k_bias:
    case TensorRole::v:
    case TensorRole::v_bias:
      return keys;
    case TensorRole::gate:
    case TensorRole::gate_bias:
    case TensorRole::up:
    case TensorRole::up_bias:
      return config.intermediate_size;
    case TensorRole::head:
    case TensorRole::head_bias:
      return config.padded_vocab_size;
    default:  // proj, down, and norms, which scale each number of a token
      return config.n_embd;
  }
}

}  // namespace

std::vector<std::int64_t> tensor_shape(const ModelConfig& config, ModelKind kind, TensorRole role) {
  if (role >= TensorRole::time_in) return time_shape(config, role);
  const auto outputs = outputs_of(config, role);
  switch (role) {
    case TensorRole::embedding:
      return {config.embedding_rows(kind), config.n_embd};
    case TensorRole::positions:
      return {config.block_size, config.n_embd};
    case TensorRole::q_norm:
    case TensorRole::k_norm:
      return {config.head_size()};
    case TensorRole::proj:
      return {outputs, config.n_head * config.head_size()};
    case TensorRole::down:
      return {outputs, config.intermediate_size};
    case TensorRole::qkv:
    case TensorRole::q:
    case TensorRole::k:
    case TensorRole::v:
    case TensorRole::gate:
    case TensorRole::up:
    case TensorRole::head:
      return {outputs, config.n_embd};
    default:  // norms and biases
      return {outputs};
  }
}

Weights load_weights(const WeightFiles& files,
                     const ModelFormat& format,
                     const ModelConfig& config,
                     ModelKind kind,
                     ComputeType compute,
                     at::Device device) {
  NamedTensors named(files, format);
  const auto source = [&](TensorRole role, std::int64_t layer, const Shape& shape) {
    return named.take(role, layer, shape);
  };
  const bool joint = has_role(format.tensors, TensorRole::qkv);
  auto weights =
      WeightsReader(config, kind, keeping(config, compute, device, joint), source).read();
  weights.qkv_order = format.qkv_order;
  if (config.tied_head) named.check_tied_head(tensor_shape(config, kind, TensorRole::head));
  named.refuse_others();
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
  const bool joint = config.arithmetic == Arithmetic::smdm;
  return WeightsReader(config, kind, keeping(config, compute, device, joint), source).read();
}

}  // namespace smdm
