#include "models/cpu/few_rows.hpp"

#include <algorithm>
#include <type_traits>

#include <ATen/Functions.h>

#include "models/cpu/levels.hpp"
#include "models/cpu/row_ranges.hpp"

namespace smdm::cpu {
namespace {

constexpr std::int64_t kOutputsAPart = 64;  ///< that a thread takes at least

template <typename T>
void run(const FewRows<T>& layer) {
  const auto parts = (layer.outputs + kOutputsAPart - 1) / kOutputsAPart;
  for_row_ranges(parts, 1, [&](std::int64_t begin, std::int64_t end) {
    const auto last = std::min(end * kOutputsAPart, layer.outputs);
    if constexpr (std::is_same_v<T, float>) {
      loops().few_rows_f32(layer, begin * kOutputsAPart, last);
    } else {
      loops().few_rows_bf16(layer, begin * kOutputsAPart, last);
    }
  });
}

template <typename Stored, typename T>
void run_typed(const at::Tensor& x,
               const at::Tensor& weight,
               const at::Tensor& bias,
               at::Tensor& out) {
  const auto wide = x.to(at::kFloat);
  const auto wide_bias = bias.defined() ? bias.to(at::kFloat) : bias;
  run(FewRows<T>{.x = wide.const_data_ptr<float>(),
                 .rows = x.size(0),
                 .depth = x.size(1),
                 .weight = reinterpret_cast<const T*>(weight.const_data_ptr<Stored>()),
                 .bias = bias.defined() ? wide_bias.const_data_ptr<float>() : nullptr,
                 .out = reinterpret_cast<T*>(out.mutable_data_ptr<Stored>()),
                 .outputs = weight.size(0)});
}

}  // namespace

at::Tensor linear_of_few_rows(const at::Tensor& x,
                              const at::Tensor& weight,
                              const at::Tensor& bias) {
  auto out = at::empty({x.size(0), weight.size(0)}, x.options());
  if (x.scalar_type() == at::kFloat) {
    run_typed<float, float>(x, weight, bias, out);
  } else {
    run_typed<c10::BFloat16, Bf16>(x, weight, bias, out);
  }
  return out;
}

}  // namespace smdm::cpu
