#include "training/optimizers.hpp"

#include <cmath>

#include <ATen/Functions.h>
#include <torch/types.h>

#include "tests/support/catch.hpp"
#include "training/muon.hpp"

namespace smdm::training {
namespace {

ModelConfig tiny_config() {
  ModelConfig config;
  config.padded_vocab_size = 11;
  config.n_layer = 1;
  config.n_head = 4;
  config.n_query_groups = 2;
  config.n_embd = 24;
  config.intermediate_size = 40;
  return config;
}

torch::Tensor wave(const ParameterLayout& layout, double speed) {
  auto vector = torch::zeros({layout.length});
  for (const auto& parameter : layout.all) {
    auto view = view_of(parameter, vector);
    const auto at = torch::arange(view.numel(), torch::kFloat32) + parameter.offset;
    view.copy_((at * speed).sin().view(view.sizes()));
  }
  return vector;
}

TEST_CASE("AdamW follows its formulas", "[optimizers]") {
  const auto layout = parameter_layout(tiny_config(), ModelKind::mdm);
  auto parameters = wave(layout, 0.7);
  auto moments = no_moments(layout);
  auto p = parameters.to(torch::kFloat64);
  auto m = torch::zeros_like(p);
  auto v = torch::zeros_like(p);
  const UpdateOptions options{.optimizer = AdamW{}, .weight_decay = 0.1, .clip = 1.0};
  for (std::int64_t step = 1; step <= 5; ++step) {
    const auto gradient = wave(layout, 0.1 * static_cast<double>(step));
    const auto norm = norm_of(gradient);
    const double rate = 0.01 * static_cast<double>(step);
    update(layout, options, rate, step, gradient, norm, parameters, moments);

    const auto g = gradient.to(torch::kFloat64) / norm;  // clipped to 1
    m = 0.9 * m + 0.1 * g;
    v = 0.95 * v + 0.05 * g * g;
    const auto power = static_cast<double>(step);
    const auto size = (v / (1.0 - std::pow(0.95, power))).sqrt() + 1e-8;
    p = p - rate * 0.1 * p - rate * m / (1.0 - std::pow(0.9, power)) / size;
  }
  CHECK(torch::allclose(parameters.to(torch::kFloat64), p, 1e-5, 1e-6));
}

TEST_CASE("small gradients are not scaled up, and norms are exact", "[optimizers]") {
  const auto layout = parameter_layout(tiny_config(), ModelKind::mdm);
  const auto gradient = wave(layout, 0.3) * 1e-3;
  CHECK(norm_of(gradient) == Approx(gradient.to(torch::kFloat64).norm().item<double>()));
  auto clipped = wave(layout, 0.7);
  auto free = clipped.clone();
  auto first = no_moments(layout);
  auto second = no_moments(layout);
  const double norm = norm_of(gradient);
  REQUIRE(norm < 1.0);
  update(layout, {.clip = 1.0}, 0.01, 1, gradient, norm, clipped, first);
  update(layout, {.clip = 0.0}, 0.01, 1, gradient, norm, free, second);
  CHECK(torch::equal(clipped, free));
}

TEST_CASE("orthogonalized matrices have singular values near 1 and the same directions",
          "[optimizers]") {
  for (const auto& shape : {std::pair{24, 24}, std::pair{16, 40}, std::pair{40, 16}}) {
    const auto x = torch::arange(2 * shape.first * shape.second, torch::kFloat32)
                       .mul(0.37)
                       .sin()
                       .add(torch::arange(2 * shape.first * shape.second).mul(1.7).cos().mul(0.5))
                       .view({2, shape.first, shape.second});
    const auto noise = torch::eye(shape.first, shape.second).mul(3.0);
    const auto input = x + noise;
    const auto y = orthogonalized(input);
    REQUIRE(y.sizes() == input.sizes());
    for (std::int64_t i = 0; i < 2; ++i) {
      const auto [u, s, vh] = at::linalg_svd(input[i], /*full_matrices=*/false);
      // In the singular directions of the input the output is diagonal.
      const auto inside = torch::mm(torch::mm(u.t(), y[i]), vh.t());
      const auto values = inside.diagonal();
      CHECK((inside - torch::diag(values)).abs().max().item<double>() < 2e-2);
      const auto large = s > 0.05 * s.norm();
      CHECK(values.masked_select(large).min().item<double>() > 0.5);
      CHECK(values.max().item<double>() < 1.3);
    }
  }
}

TEST_CASE("Muon moves each matrix by its own orthogonal step", "[optimizers]") {
  const auto config = tiny_config();
  const auto layout = parameter_layout(config, ModelKind::mdm);
  const auto before = wave(layout, 0.7);
  auto parameters = before.clone();
  auto moments = no_moments(layout);
  const auto gradient = wave(layout, 0.11);
  const double rate = 0.02;
  const double decay = 0.1;
  update(layout, {.optimizer = Muon{}, .weight_decay = decay, .clip = 0.0}, rate, 1, gradient,
         norm_of(gradient), parameters, moments);
  auto adam_parameters = before.clone();
  auto adam_moments = no_moments(layout);
  update(layout, {.optimizer = AdamW{}, .weight_decay = decay, .clip = 0.0}, rate, 1, gradient,
         norm_of(gradient), adam_parameters, adam_moments);
  for (const auto& parameter : layout.all) {
    INFO(parameter.name);
    const auto now = view_of(parameter, parameters);
    const bool hidden = parameter.role == Role::hidden || parameter.role == Role::output;
    if (!hidden) {
      CHECK(torch::equal(now, view_of(parameter, adam_parameters)));
      continue;
    }
    const auto moved =
        matrices_of(parameter, now - view_of(parameter, before) * (1.0 - rate * decay), config);
    const auto directions = matrices_of(parameter, view_of(parameter, gradient), config);
    CHECK(moved.size() == (parameter.name.ends_with("attn.attn.weight") ? 3
                           : parameter.name.ends_with("w1.weight")      ? 2
                                                                        : 1));
    for (std::size_t i = 0; i < moved.size(); ++i) {
      const auto step = moved[i].reshape({-1, parameter.shape.back()});
      const auto direction = directions[i].reshape({-1, parameter.shape.back()});
      const auto longer = static_cast<double>(std::max(step.size(0), step.size(1)));
      const auto wanted =
          orthogonalized(direction.unsqueeze(0))[0] * (-rate * 0.2 * std::sqrt(longer));
      CHECK(torch::allclose(step, wanted, 1e-3, 1e-5));
    }
  }
}

}  // namespace
}  // namespace smdm::training
