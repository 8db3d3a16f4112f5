// Hands the outputs of all layers out to threads at once: with few rows a layer takes microseconds,
// and each time that threads wait for one another costs as much as reading some ten thousand
// weights.
#include "models/cpu/few_rows.hpp"

#include <algorithm>
#include <type_traits>

#include <ATen/Functions.h>

#include "models/cpu/levels.hpp"
#include "models/cpu/row_ranges.hpp"

namespace smdm::cpu {
namespace {

constexpr std::int64_t kOutputsAPart = 8;  ///< small, so that threads get equal shares
constexpr std::int64_t kPartsAThread = 8;  ///< that are worth a thread

template <typename T>
std::int64_t parts(const FewRows<T>& layer) {
  return (layer.outputs + kOutputsAPart - 1) / kOutputsAPart;
}

template <typename T>
void run_parts(const FewRows<T>& layer, std::int64_t begin, std::int64_t end) {
  const auto last = std::min(end * kOutputsAPart, layer.outputs);
  if constexpr (std::is_same_v<T, float>) {
    loops().few_rows_f32(layer, begin * kOutputsAPart, last);
  } else {
    loops().few_rows_bf16(layer, begin * kOutputsAPart, last);
  }
}

/// Parts are counted through all layers.
template <typename T>
void run(const std::vector<FewRows<T>>& layers) {
  std::int64_t count = 0;
  for (const auto& layer : layers) count += parts(layer);
  for_row_ranges(count, kPartsAThread, [&](std::int64_t begin, std::int64_t end) {
    for (const auto& layer : layers) {
      const auto own = parts(layer);
      if (begin < own && end > 0)
        run_parts(layer, std::max<std::int64_t>(begin, 0), std::min(end, own));
      begin -= own;
      end -= own;
    }
  });
}

/// The numbers in float32: where they lie, or a copy in `memory`.
const float* widened(const at::Tensor& x, std::vector<float>& memory) {
  if (x.scalar_type() == at::kFloat) return x.const_data_ptr<float>();
  const auto* from = x.const_data_ptr<c10::BFloat16>();
  memory.assign(from, from + x.numel());
  return memory.data();
}

template <typename Stored, typename T>
void run_typed(const at::Tensor& x,
               std::span<const LinearLayer> layers,
               std::span<const at::Tensor> out) {
  std::vector<float> wide;
  const auto* rows = widened(x, wide);
  std::vector<std::vector<float>> biases(layers.size());
  std::vector<FewRows<T>> all;
  all.reserve(layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& [weight, bias] = layers[i];
    all.push_back({.x = rows,
                   .rows = x.size(0),
                   .depth = x.size(1),
                   .weight = reinterpret_cast<const T*>(weight.template const_data_ptr<Stored>()),
                   .bias = bias.defined() ? widened(bias, biases[i]) : nullptr,
                   .out = reinterpret_cast<T*>(out[i].template mutable_data_ptr<Stored>()),
                   .outputs = weight.size(0)});
  }
  run(all);
}

}  // namespace

std::vector<at::Tensor> linear_of_few_rows(const at::Tensor& x,
                                           std::span<const LinearLayer> layers) {
  std::vector<at::Tensor> out;
  out.reserve(layers.size());
  for (const auto& layer : layers)
    out.push_back(at::empty({x.size(0), layer.weight.size(0)}, x.options()));
  if (x.scalar_type() == at::kFloat) {
    run_typed<float, float>(x, layers, out);
  } else {
    run_typed<c10::BFloat16, Bf16>(x, layers, out);
  }
  return out;
}

at::Tensor linear_of_few_rows(const at::Tensor& x,
                              const at::Tensor& weight,
                              const at::Tensor& bias) {
  const LinearLayer layer{.weight = weight, .bias = bias};
  return std::move(linear_of_few_rows(x, std::span(&layer, 1)).front());
}

}  // namespace smdm::cpu
