#include "training/network.hpp"

#include <algorithm>
#include <stdexcept>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include "models/cpu/row_ranges.hpp"
#include "models/ops.hpp"

namespace smdm::training {
namespace {

at::Tensor indices(const std::vector<std::int64_t>& values) {
  // from_blob wants a mutable pointer; nothing writes through it.
  return at::from_blob(const_cast<std::int64_t*>(values.data()),
                       {static_cast<std::int64_t>(values.size())}, at::kLong);
}

/// Wanted positions whose logits exist at once: about 32 MB of them.
std::int64_t head_rows(std::int64_t vocabulary) {
  constexpr std::int64_t kNumbers = 1 << 23;
  constexpr std::int64_t kLeast = 256;
  return std::max(kLeast, kNumbers / vocabulary);
}

/// sum += left^T right, the gradient of a matrix from that of its product and its input.
void add_product(const at::Tensor& sum, const at::Tensor& left, const at::Tensor& right) {
  if (left.scalar_type() == at::kFloat) {
    sum.addmm_(left.t(), right);
  } else {
    sum.add_(at::mm(left.t(), right));
  }
}

at::Tensor scattered(const at::Tensor& x, const at::Tensor& at, std::int64_t rows) {
  return at::zeros({rows, x.size(1)}, x.options()).index_copy_(0, at, x);
}

}  // namespace

/// What a layer's forward leaves for its backward.
struct Network::Layer {
  Normed attention_norm;
  at::Tensor qkv;  ///< rotated
  at::Tensor attended;
  Normed feed_forward_norm;
  at::Tensor gate_up;
  at::Tensor activated;
  at::Tensor out;  ///< still to be added to feed_forward_norm.sum
};

struct Network::Pass {
  const PackedRows& rows;
  std::vector<std::int64_t> positions;  ///< [N]: of every token in its row
  at::Tensor wanted;                    ///< [W], or undefined where every position is wanted
  std::vector<Layer> layers;
  Normed final_norm;  ///< [W, E]

  explicit Pass(const PackedRows& packed) : rows(packed) {
    positions.reserve(packed.ids.size());
    for (std::size_t row = 0; row < packed.rows(); ++row)
      for (std::int64_t i = 0; i < packed.length(row); ++i) positions.push_back(i);
    if (packed.wanted.size() < packed.ids.size()) wanted = indices(packed.wanted);
  }
};

Network::Network(const ParameterLayout& layout, ModelKind kind, ComputeType compute)
    : layout_(layout),
      causal_(kind == ModelKind::arm),
      type_(compute == ComputeType::bf16 ? at::kBFloat16 : at::kFloat) {
  const auto& config = layout_.config;
  if (config.parallel_residual)
    throw std::invalid_argument("training: wanted parallel_residual false, got true");
  heads_ = {.groups = config.n_query_groups,
            .per_group = config.n_head / config.n_query_groups,
            .size = config.head_size(),
            .half = config.rotary_elements() / 2};
  tables_ = rotary_tables(config, at::kCPU);
  if (type_ != at::kFloat) matrices_ = at::zeros({layout_.length}, type_);
}

void Network::load(const at::Tensor& vector) {
  const c10::InferenceMode no_gradients;
  exact_ = views_of(layout_, vector);
  if (type_ == at::kFloat) {
    weights_ = exact_;
    return;
  }
  const float* from = vector.const_data_ptr<float>();
  auto* to = static_cast<cpu::Bf16*>(matrices_.mutable_data_ptr());
  constexpr std::int64_t kGrain = 1 << 15;
  smdm::cpu::for_row_ranges(vector.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    cpu::loops().round(from + begin, end - begin, to + begin);
  });
  weights_ = views_of(layout_, matrices_);
}

Network::Layer Network::layer_forward(std::size_t layer,
                                      const at::Tensor& x,
                                      const at::Tensor& added,
                                      const Pass& pass) const {
  const auto& weights = weights_.blocks[layer];
  const auto& exact = exact_.blocks[layer];
  const auto eps = layout_.config.norm_eps;
  Layer saved;
  saved.attention_norm = add_norm(x, added, exact.norm_1, eps, type_);
  saved.qkv = at::linear(saved.attention_norm.normed, weights.qkv);
  rotate(saved.qkv, tables_, pass.positions, heads_, /*back=*/false);
  saved.attended = attention(saved.qkv, pass.rows, heads_, causal_);
  auto residual = saved.attention_norm.sum;
  if (layer + 1 == weights_.blocks.size() && pass.wanted.defined()) {
    // Behind the last attention only the wanted positions are read.
    residual = residual.index_select(0, pass.wanted);
    saved.attended = saved.attended.index_select(0, pass.wanted);
  }
  saved.feed_forward_norm =
      add_norm(residual, at::linear(saved.attended, weights.proj), exact.norm_2, eps, type_);
  saved.gate_up = at::linear(saved.feed_forward_norm.normed, weights.gate_up);
  saved.activated = swiglu(saved.gate_up);
  saved.out = at::linear(saved.activated, weights.down);
  return saved;
}

Network::Pass Network::forward(const PackedRows& rows) const {
  Pass pass(rows);
  auto x = exact_.embedding.index_select(0, indices(rows.ids));
  at::Tensor added;
  for (std::size_t layer = 0; layer < weights_.blocks.size(); ++layer) {
    pass.layers.push_back(layer_forward(layer, x, added, pass));
    x = pass.layers.back().feed_forward_norm.sum;
    added = pass.layers.back().out;
  }
  pass.final_norm = add_norm(x, added, exact_.norm_f, layout_.config.norm_eps, type_);
  return pass;
}

at::Tensor Network::logits(const PackedRows& rows) const {
  const c10::InferenceMode no_gradients;
  return at::linear(forward(rows).final_norm.normed, weights_.head);
}

std::vector<float> Network::losses(const Examples& examples) const {
  const c10::InferenceMode no_gradients;
  std::vector<float> losses(examples.targets.size());
  if (losses.empty()) return losses;
  const auto states = forward(examples.rows).final_norm.normed;
  const std::vector<float> no_weights(losses.size(), 0.0F);
  const auto block = head_rows(layout_.config.padded_vocab_size);
  for (std::int64_t first = 0; first < states.size(0); first += block) {
    const auto count = std::min(block, states.size(0) - first);
    const auto at = static_cast<std::size_t>(first);
    const auto size = static_cast<std::size_t>(count);
    auto logits = at::linear(states.narrow(0, first, count), weights_.head);
    cross_entropy(logits, std::span(examples.targets).subspan(at, size),
                  std::span(no_weights).subspan(at, size), std::span(losses).subspan(at, size));
  }
  return losses;
}

std::vector<float> Network::backward(const Examples& examples, at::Tensor& gradient) const {
  const c10::InferenceMode no_gradients;
  std::vector<float> losses(examples.targets.size());
  if (losses.empty()) return losses;
  auto gradients = views_of(layout_, gradient);
  const auto pass = forward(examples.rows);
  const auto d_normed = head_backward(pass, examples, gradients, losses);
  layers_backward(pass, examples.rows, d_normed, gradients);
  return losses;
}

/// @return gradient of the final norm's output
at::Tensor Network::head_backward(const Pass& pass,
                                  const Examples& examples,
                                  Weights& gradients,
                                  std::vector<float>& losses) const {
  const auto& states = pass.final_norm.normed;
  auto d_states = at::empty_like(states);
  const auto block = head_rows(layout_.config.padded_vocab_size);
  for (std::int64_t first = 0; first < states.size(0); first += block) {
    const auto count = std::min(block, states.size(0) - first);
    const auto at = static_cast<std::size_t>(first);
    const auto size = static_cast<std::size_t>(count);
    const auto part = states.narrow(0, first, count);
    auto logits = at::linear(part, weights_.head);
    cross_entropy(logits, std::span(examples.targets).subspan(at, size),
                  std::span(examples.weights).subspan(at, size),
                  std::span(losses).subspan(at, size));
    auto d_part = d_states.narrow(0, first, count);
    at::mm_out(d_part, logits, weights_.head);
    add_product(gradients.head, logits, part);
  }
  return d_states;
}

void Network::layers_backward(const Pass& pass,
                              const PackedRows& rows,
                              const at::Tensor& d_normed,
                              Weights& gradients) const {
  auto d_x = at::zeros_like(pass.final_norm.sum);
  auto d_out = norm_gradient(d_normed, pass.final_norm, exact_.norm_f, d_x, gradients.norm_f);
  for (auto layer = weights_.blocks.size(); layer-- > 0;) {
    const auto& saved = pass.layers[layer];
    auto d_attended = feed_forward_backward(layer, saved, d_out, d_x, gradients);
    if (layer + 1 == weights_.blocks.size() && pass.wanted.defined()) {
      d_attended = scattered(d_attended, pass.wanted, rows.tokens());
      d_x = scattered(d_x, pass.wanted, rows.tokens());
    }
    d_out = attention_backward(layer, pass, d_attended, d_x, gradients);
  }
  embedding_gradient(rows.ids, d_x, gradients.embedding);
}

/// From the layer's end to the attention's output. @return gradient of what was attended
at::Tensor Network::feed_forward_backward(std::size_t layer,
                                          const Layer& saved,
                                          const at::Tensor& d_out,
                                          at::Tensor& d_x,
                                          Weights& gradients) const {
  const auto& weights = weights_.blocks[layer];
  const auto& sums = gradients.blocks[layer];
  add_product(sums.down, d_out, saved.activated);
  const auto d_gate_up = swiglu_gradient(saved.gate_up, at::mm(d_out, weights.down));
  add_product(sums.gate_up, d_gate_up, saved.feed_forward_norm.normed);
  const auto d_sum = norm_gradient(at::mm(d_gate_up, weights.gate_up), saved.feed_forward_norm,
                                   exact_.blocks[layer].norm_2, d_x, sums.norm_2);
  add_product(sums.proj, d_sum, saved.attended);
  return at::mm(d_sum, weights.proj);
}

/// @return gradient of the layer's input, in the compute type; d_x is the same in float32
at::Tensor Network::attention_backward(std::size_t layer,
                                       const Pass& pass,
                                       const at::Tensor& d_attended,
                                       at::Tensor& d_x,
                                       Weights& gradients) const {
  const auto& saved = pass.layers[layer];
  const auto& sums = gradients.blocks[layer];
  auto d_qkv = attention_gradient(saved.qkv, d_attended, pass.rows, heads_, causal_);
  rotate(d_qkv, tables_, pass.positions, heads_, /*back=*/true);
  add_product(sums.qkv, d_qkv, saved.attention_norm.normed);
  return norm_gradient(at::mm(d_qkv, weights_.blocks[layer].qkv), saved.attention_norm,
                       exact_.blocks[layer].norm_1, d_x, sums.norm_1);
}

}  // namespace smdm::training
