// The network against models/ (logits) and against LibTorch's own differentiation of the plain
// formulas in float64 (gradients).
#include "training/network.hpp"

#include <cmath>
#include <random>
#include <string>

#include <ATen/Functions.h>
#include <torch/types.h>

#include "models/transformer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"
#include "training/parameters.hpp"

namespace smdm::training {
namespace {

ModelConfig small_config() {
  ModelConfig config;
  config.block_size = 128;
  config.vocab_size = 37;
  config.padded_vocab_size = 37;
  config.n_layer = 2;
  config.n_head = 4;
  config.n_query_groups = 4;
  config.n_embd = 48;
  config.intermediate_size = 50;
  return config;
}

/// Fewer key heads, heads that rotate in part, and a head size that no register divides.
ModelConfig uneven_config() {
  auto config = small_config();
  config.n_embd = 40;
  config.n_query_groups = 2;
  config.rotary_percentage = 0.4;
  config.rope_tables = RopeTables::f32;
  config.condense_ratio = 2;
  return config;
}

/// Parameters with norms that differ from 1 and scores that are far from uniform.
torch::Tensor lively_parameters(const ParameterLayout& layout) {
  auto vector = initial_parameters(layout, 5);
  for (const auto& parameter : layout.all) {
    auto view = view_of(parameter, vector);
    const auto ripple = torch::arange(view.numel(), torch::kFloat32).sin().view(view.sizes());
    if (parameter.role == Role::norm) view.add_(ripple, 0.3);
    if (parameter.role != Role::norm) view.mul_(2.0);
  }
  return vector;
}

/// Rows of these lengths, of whose positions every one in `wanted_every` is wanted.
Examples examples_of(const ParameterLayout& layout,
                     const std::vector<std::int64_t>& lengths,
                     std::int64_t wanted_every) {
  std::mt19937 draw(3);  // any numbers will do
  const auto vocab = static_cast<std::uint32_t>(layout.config.padded_vocab_size);
  Examples examples;
  for (const auto length : lengths) {
    std::vector<std::int64_t> row;
    for (std::int64_t i = 0; i < length; ++i) row.push_back(draw() % vocab);
    examples.rows.append(row);
  }
  for (std::int64_t i = 0; i < examples.rows.tokens(); i += wanted_every) {
    examples.rows.wanted.push_back(i);
    examples.targets.push_back(draw() % vocab);
    examples.weights.push_back(0.25F + static_cast<float>(draw() % 8U) / 8.0F);
  }
  return examples;
}

/// The plain formulas, one row at a time, in float64, for LibTorch to differentiate.
class PlainNetwork {
 public:
  PlainNetwork(const ParameterLayout& layout, bool causal, const torch::Tensor& vector)
      : config_(layout.config), causal_(causal), weights_(views_of(layout, vector)) {
    tables_ = rotary_tables(config_, torch::kCPU);
  }

  [[nodiscard]] torch::Tensor loss(const Examples& examples) const {
    auto total = torch::zeros({}, torch::kFloat64);
    std::size_t w = 0;
    for (std::size_t row = 0; row < examples.rows.rows(); ++row) {
      const auto begin = examples.rows.offsets[row];
      const auto end = examples.rows.offsets[row + 1];
      const std::vector<std::int64_t> ids(examples.rows.ids.begin() + begin,
                                          examples.rows.ids.begin() + end);
      const auto log_p = torch::log_softmax(logits(ids), -1);
      for (; w < examples.rows.wanted.size() && examples.rows.wanted[w] < end; ++w) {
        const auto at = examples.rows.wanted[w] - begin;
        total = total - log_p[at][examples.targets[w]] * examples.weights[w];
      }
    }
    return total;
  }

 private:
  [[nodiscard]] torch::Tensor logits(const std::vector<std::int64_t>& ids) const {
    auto x = weights_.embedding.index_select(0, torch::tensor(ids));
    for (const auto& block : weights_.blocks) {
      x = x + torch::linear(attention(torch::linear(norm(x, block.norm_1), block.qkv)), block.proj);
      const auto parts = torch::linear(norm(x, block.norm_2), block.gate_up).chunk(2, -1);
      x = x + torch::linear(torch::silu(parts[0]) * parts[1], block.down);
    }
    return torch::linear(norm(x, weights_.norm_f), weights_.head);
  }

  [[nodiscard]] torch::Tensor norm(const torch::Tensor& x, const torch::Tensor& weight) const {
    return x * torch::rsqrt(x.square().mean(-1, true) + config_.norm_eps) * weight;
  }

  [[nodiscard]] torch::Tensor rotated(const torch::Tensor& x) const {  // [T, heads, hs]
    const auto elements = config_.rotary_elements();
    const auto table = [&](const torch::Tensor& t) {
      return t.narrow(0, 0, x.size(0)).to(torch::kFloat64).unsqueeze(1);
    };
    const auto c = table(tables_.cosine);
    const auto s = table(tables_.sine);
    const auto a = x.slice(-1, 0, elements / 2);
    const auto b = x.slice(-1, elements / 2, elements);
    return torch::cat({a * c - b * s, a * s + b * c, x.slice(-1, elements)}, -1);
  }

  [[nodiscard]] torch::Tensor attention(const torch::Tensor& qkv) const {
    const auto per_group = config_.n_head / config_.n_query_groups;
    const auto size = config_.head_size();
    const auto tokens = qkv.size(0);
    const auto heads = qkv.view({tokens, config_.n_query_groups, per_group + 2, size});
    const auto query = rotated(heads.slice(2, 0, per_group).reshape({tokens, -1, size}));
    const auto key = rotated(heads.select(2, per_group)).repeat_interleave(per_group, 1);
    const auto value = heads.select(2, per_group + 1).repeat_interleave(per_group, 1);
    auto scores =
        torch::einsum("ihd,jhd->hij", {query, key}) / std::sqrt(static_cast<double>(size));
    if (causal_) {
      const auto hidden = torch::ones({tokens, tokens}, torch::kBool).triu(1);
      scores = scores.masked_fill(hidden, -1e30);
    }
    return torch::einsum("hij,jhd->ihd", {torch::softmax(scores, -1), value}).reshape({tokens, -1});
  }

  ModelConfig config_;
  bool causal_;
  RotaryTables tables_;
  Weights weights_;
};

struct Differentiated {
  double loss = 0.0;
  torch::Tensor gradient;  ///< float64 [length]
};

Differentiated plain_gradient(const ParameterLayout& layout,
                              bool causal,
                              const torch::Tensor& vector,
                              const Examples& examples) {
  const auto leaf = vector.to(torch::kFloat64).requires_grad_(true);
  const auto loss = PlainNetwork(layout, causal, leaf).loss(examples);
  loss.backward();
  return {.loss = loss.item<double>(), .gradient = leaf.grad()};
}

double weighted_sum(const std::vector<float>& losses, const std::vector<float>& weights) {
  double sum = 0.0;
  for (std::size_t i = 0; i < losses.size(); ++i) sum += double{losses[i]} * double{weights[i]};
  return sum;
}

double relative_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a.to(torch::kFloat64) - b).norm() / b.norm()).item<double>();
}

/// Checks loss and every parameter's gradient; `tolerance` is relative to that gradient's norm.
void check_gradients(const ModelConfig& config,
                     ModelKind kind,
                     ComputeType compute,
                     const std::vector<std::int64_t>& lengths,
                     std::int64_t wanted_every,
                     double tolerance) {
  const auto layout = parameter_layout(config, kind);
  const auto vector = lively_parameters(layout);
  const auto examples = examples_of(layout, lengths, wanted_every);
  Network network(layout, kind, compute);
  network.load(vector);
  auto gradient = torch::zeros({layout.length});
  const auto losses = network.backward(examples, gradient);
  const auto plain = plain_gradient(layout, kind == ModelKind::arm, vector, examples);
  CHECK(weighted_sum(losses, examples.weights) == Approx(plain.loss).epsilon(tolerance));
  CHECK(network.losses(examples) == losses);
  for (const auto& parameter : layout.all) {
    INFO(to_string(kind) << " " << parameter.name);
    CHECK(relative_difference(view_of(parameter, gradient), view_of(parameter, plain.gradient)) <
          tolerance);
  }
}

TEST_CASE("logits are those of the model that evaluates", "[training]") {
  for (const auto kind : {ModelKind::mdm, ModelKind::arm}) {
    for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
      const auto layout = parameter_layout(uneven_config(), kind);
      const auto vector = lively_parameters(layout);
      auto examples = examples_of(layout, {5, 1, 90, 17}, 3);
      Network network(layout, kind, compute);
      network.load(vector);
      const auto ours = network.logits(examples.rows).to(torch::kFloat32);

      auto weights = views_of(layout, vector.clone());
      if (compute == ComputeType::bf16) {
        for (auto& block : weights.blocks) {
          for (auto* matrix : {&block.qkv, &block.proj, &block.gate_up, &block.down})
            *matrix = matrix->to(torch::kBFloat16);
        }
        weights.head = weights.head.to(torch::kBFloat16);
      }
      const Transformer model(layout.config, kind, compute, weights);
      auto theirs = torch::zeros_like(ours);
      model.visit_logits(examples.rows, [&](std::int64_t first, const torch::Tensor& logits) {
        theirs.narrow(0, first, logits.size(0)).copy_(logits);
      });
      const double tolerance = compute == ComputeType::bf16 ? 0.02 : 1e-5;
      CHECK(relative_difference(ours, theirs.to(torch::kFloat64)) < tolerance);
    }
  }
}

TEST_CASE("gradients are the derivatives of the plain formulas", "[training]") {
  constexpr double kTolerance = 2e-5;
  for (const auto kind : {ModelKind::mdm, ModelKind::arm}) {
    SECTION(to_string(kind) + ", some positions") {
      check_gradients(small_config(), kind, ComputeType::f32, {9, 1, 30}, 3, kTolerance);
    }
    SECTION(to_string(kind) + ", every position") {
      check_gradients(small_config(), kind, ComputeType::f32, {6, 13}, 1, kTolerance);
    }
    SECTION(to_string(kind) + ", shared key heads, rows longer than a block of queries") {
      check_gradients(uneven_config(), kind, ComputeType::f32, {48, 101, 55}, 2, kTolerance);
    }
  }
}

TEST_CASE("bfloat16 gradients are near the exact ones", "[training]") {
  for (const auto kind : {ModelKind::mdm, ModelKind::arm})
    check_gradients(small_config(), kind, ComputeType::bf16, {9, 40, 30}, 2, 0.05);
}

TEST_CASE("gradients of several calls add up, and nothing is added without a target",
          "[training]") {
  const auto layout = parameter_layout(small_config(), ModelKind::mdm);
  Network network(layout, ModelKind::mdm, ComputeType::f32);
  network.load(lively_parameters(layout));
  const auto examples = examples_of(layout, {12, 7}, 2);
  auto once = torch::zeros({layout.length});
  network.backward(examples, once);
  auto twice = once.clone();
  network.backward(examples, twice);
  CHECK(relative_difference(twice, 2.0 * once.to(torch::kFloat64)) < 1e-6);

  auto nothing = once.clone();
  auto untargeted = examples;
  untargeted.rows.wanted.clear();
  untargeted.targets.clear();
  untargeted.weights.clear();
  CHECK(network.backward(untargeted, nothing).empty());
  CHECK(torch::equal(nothing, once));
}

TEST_CASE("the same call gives the same bits", "[training]") {
  const auto layout = parameter_layout(uneven_config(), ModelKind::mdm);
  const auto examples = examples_of(layout, {60, 33, 128, 90, 2}, 2);
  for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
    Network network(layout, ModelKind::mdm, compute);
    network.load(lively_parameters(layout));
    for (const int threads : {1, 2}) {
      const test::Threads scope(threads);
      auto first = torch::zeros({layout.length});
      auto second = torch::zeros({layout.length});
      network.backward(examples, first);
      network.backward(examples, second);
      CHECK(torch::equal(first, second));
    }
  }
}

TEST_CASE("parallel residuals are refused", "[training]") {
  auto config = small_config();
  config.parallel_residual = true;
  const auto layout = parameter_layout(config, ModelKind::mdm);
  CHECK_THROWS_AS(Network(layout, ModelKind::mdm, ComputeType::f32), std::invalid_argument);
}

}  // namespace
}  // namespace smdm::training
