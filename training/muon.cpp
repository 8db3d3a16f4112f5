#include "training/muon.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace smdm::training {

std::vector<at::Tensor> matrices_of(const Parameter& parameter,
                                    const at::Tensor& view,
                                    const ModelConfig& config) {
  if (parameter.tensor == TensorRole::gate) {
    const auto inner = config.intermediate_size;
    return {view.narrow(0, 0, inner), view.narrow(0, inner, inner)};
  }
  if (parameter.tensor != TensorRole::qkv) return {view};
  // Per group its query heads, its key, its value: [G, H / G + 2, hs, E].
  const auto per_group = config.n_head / config.n_query_groups;
  const auto heads =
      view.view({config.n_query_groups, per_group + 2, config.head_size(), config.n_embd});
  return {heads.narrow(1, 0, per_group), heads.narrow(1, per_group, 1),
          heads.narrow(1, per_group + 1, 1)};
}

at::Tensor orthogonalized(const at::Tensor& x) {
  // Factors of Jordan et al.: the steepest rise of small singular values that stays bounded.
  constexpr double kLinear = 3.4445;
  constexpr double kCubic = -4.7750;
  constexpr double kQuintic = 2.0315;
  constexpr int kSteps = 5;
  constexpr double kTiny = 1e-7;
  const bool tall = x.size(1) > x.size(2);
  auto y = tall ? x.transpose(1, 2).contiguous() : x;
  y = y / (y.square().sum({1, 2}, /*keepdim=*/true).sqrt() + kTiny);
  for (int step = 0; step < kSteps; ++step) {
    const auto a = at::bmm(y, y.transpose(1, 2));
    const auto b = at::baddbmm(a, a, a, kCubic, kQuintic);
    y = at::baddbmm(y, b, y, kLinear, 1.0);
  }
  return tall ? y.transpose(1, 2).contiguous() : y;
}

}  // namespace smdm::training
