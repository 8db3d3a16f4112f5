// Each operation twice: rows in loops of our own on the CPU, ATen expressions elsewhere. Loops that
// vector instructions speed up are those of models/cpu; the others are simple enough for the
// compiler.
#include "models/ops.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "models/cpu/levels.hpp"
#include "models/cpu/row_ranges.hpp"

namespace smdm {
namespace {

/// Rows a thread takes at once.
constexpr std::int64_t kGrain = 16;

template <typename Body>
void for_rows(std::int64_t rows, const Body& body) {
  cpu::for_row_ranges(rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (auto n = begin; n < end; ++n) body(n);
  });
}

/// Sum of squares in a fixed order that the compiler can keep in vector registers.
float sum_of_squares(const float* x, std::int64_t width) {
  constexpr std::int64_t kLanes = 16;
  std::array<float, kLanes> lanes{};
  std::int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      lanes[static_cast<std::size_t>(lane)] += x[i + lane] * x[i + lane];
    }
  }
  float sum = 0.0F;
  for (const float lane : lanes) sum += lane;
  for (; i < width; ++i) sum += x[i] * x[i];
  return sum;
}

template <typename Out>
void rms_norm_row(const float* x, const float* weight, float eps, std::int64_t width, Out* out) {
  const float scale = 1.0F / std::sqrt(sum_of_squares(x, width) / static_cast<float>(width) + eps);
  for (std::int64_t i = 0; i < width; ++i) out[i] = static_cast<Out>(x[i] * scale * weight[i]);
}

template <typename Out>
void rms_norm_rows(const at::Tensor& x, const at::Tensor& weight, double eps, at::Tensor& out) {
  const auto width = x.size(1);
  const float* from = x.const_data_ptr<float>();
  const float* scale = weight.const_data_ptr<float>();
  auto* to = out.mutable_data_ptr<Out>();
  for_rows(x.size(0), [&](std::int64_t n) {
    rms_norm_row(from + n * width, scale, static_cast<float>(eps), width, to + n * width);
  });
}

/// The angles of one position.
struct Angles {
  const float* cosine;
  const float* sine;
  std::int64_t half;
};

template <typename T>
void rotate_head(const T* from, const Angles& angles, std::int64_t head_size, T* to) {
  const auto half = angles.half;
  for (std::int64_t i = 0; i < half; ++i) {
    const auto first = static_cast<float>(from[i]);
    const auto second = static_cast<float>(from[half + i]);
    to[i] = static_cast<T>(first * angles.cosine[i] - second * angles.sine[i]);
    to[half + i] = static_cast<T>(first * angles.sine[i] + second * angles.cosine[i]);
  }
  std::copy(from + 2 * half, from + head_size, to + 2 * half);
}

template <typename T>
void split_and_rotate_rows(const at::Tensor& qkv,
                           const at::Tensor& cosine,
                           const at::Tensor& sine,
                           const HeadShape& shape,
                           Projections& out) {
  const auto per_group = shape.heads / shape.groups;
  const auto size = shape.head_size;
  const auto half = shape.rotary_elements / 2;
  const T* from = qkv.const_data_ptr<T>();
  const float* cosines = cosine.const_data_ptr<float>();
  const float* sines = sine.const_data_ptr<float>();
  T* query = out.query.mutable_data_ptr<T>();
  T* key = out.key.mutable_data_ptr<T>();
  T* value = out.value.mutable_data_ptr<T>();
  for_rows(qkv.size(0), [&](std::int64_t n) {
    const Angles angles{.cosine = cosines + n * half, .sine = sines + n * half, .half = half};
    const T* head = from + n * qkv.size(1);
    for (std::int64_t g = 0; g < shape.groups; ++g) {
      for (std::int64_t h = 0; h < per_group; ++h, head += size) {
        rotate_head(head, angles, size, query + ((n * shape.heads) + g * per_group + h) * size);
      }
      rotate_head(head, angles, size, key + (n * shape.groups + g) * size);
      std::copy(head + size, head + 2 * size, value + (n * shape.groups + g) * size);
      head += 2 * size;
    }
  });
}

template <typename T, typename Loop, typename LogSumExp>
void log_probabilities(const at::Tensor& logits,
                       const at::Tensor& tokens,
                       LogSumExp log_sum_exp,
                       at::Tensor& out) {
  const auto stride = logits.stride(0);
  const auto width = logits.size(1);
  const T* from = logits.const_data_ptr<T>();
  const auto* at = tokens.const_data_ptr<std::int64_t>();
  T* to = out.mutable_data_ptr<T>();
  cpu::for_row_ranges(logits.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto n = begin; n < end; ++n) {
      const T* row = from + n * stride;
      float maximum = 0.0F;
      float log_sum = 0.0F;
      log_sum_exp(reinterpret_cast<const Loop*>(row), width, &maximum, &log_sum);
      to[n] = static_cast<T>(static_cast<float>(row[at[n]]) - maximum - log_sum);
    }
  });
}

at::Tensor rotated(const at::Tensor& x,
                   const at::Tensor& cosine,
                   const at::Tensor& sine,
                   std::int64_t elements) {
  const auto half = elements / 2;
  const auto first = x.slice(-1, 0, half).to(at::kFloat);
  const auto second = x.slice(-1, half, elements).to(at::kFloat);
  const auto c = cosine.unsqueeze(1);
  const auto s = sine.unsqueeze(1);
  const auto turned =
      at::cat({first * c - second * s, first * s + second * c}, -1).to(x.scalar_type());
  return at::cat({turned, x.slice(-1, elements)}, -1).contiguous();
}

Projections split_and_rotate_anywhere(const at::Tensor& qkv,
                                      const at::Tensor& cosine,
                                      const at::Tensor& sine,
                                      const HeadShape& shape) {
  const auto per_group = shape.heads / shape.groups;
  const auto rows = qkv.size(0);
  const auto heads = qkv.view({rows, shape.groups, per_group + 2, shape.head_size});
  const auto query = heads.slice(2, 0, per_group).reshape({rows, shape.heads, shape.head_size});
  return {.query = rotated(query, cosine, sine, shape.rotary_elements),
          .key = rotated(heads.select(2, per_group), cosine, sine, shape.rotary_elements),
          .value = heads.select(2, per_group + 1).contiguous()};
}

}  // namespace

at::Tensor rms_norm(const at::Tensor& x,
                    const at::Tensor& weight,
                    double eps,
                    at::ScalarType type) {
  if (!x.is_cpu()) return (x * at::rsqrt(x.square().mean(-1, true) + eps) * weight).to(type);
  auto out = at::empty_like(x, x.options().dtype(type));
  if (type == at::kBFloat16) {
    rms_norm_rows<c10::BFloat16>(x, weight, eps, out);
  } else {
    rms_norm_rows<float>(x, weight, eps, out);
  }
  return out;
}

Projections split_and_rotate(const at::Tensor& qkv,
                             const at::Tensor& cosine,
                             const at::Tensor& sine,
                             const HeadShape& shape) {
  if (!qkv.is_cpu()) return split_and_rotate_anywhere(qkv, cosine, sine, shape);
  const auto rows = qkv.size(0);
  Projections out{.query = at::empty({rows, shape.heads, shape.head_size}, qkv.options()),
                  .key = at::empty({rows, shape.groups, shape.head_size}, qkv.options()),
                  .value = at::empty({rows, shape.groups, shape.head_size}, qkv.options())};
  if (qkv.scalar_type() == at::kBFloat16) {
    split_and_rotate_rows<c10::BFloat16>(qkv, cosine, sine, shape, out);
  } else {
    split_and_rotate_rows<float>(qkv, cosine, sine, shape, out);
  }
  return out;
}

at::Tensor swiglu(const at::Tensor& gate_up) {
  if (!gate_up.is_cpu()) {
    const auto parts = gate_up.chunk(2, -1);
    return at::silu(parts[0]).mul_(parts[1]);
  }
  const auto rows = gate_up.size(0);
  const auto width = gate_up.size(1) / 2;
  auto out = at::empty({rows, width}, gate_up.options());
  const auto& loops = cpu::loops();
  if (gate_up.scalar_type() == at::kBFloat16) {
    const auto* from = reinterpret_cast<const cpu::Bf16*>(gate_up.const_data_ptr<c10::BFloat16>());
    auto* to = reinterpret_cast<cpu::Bf16*>(out.mutable_data_ptr<c10::BFloat16>());
    for_rows(rows, [&](std::int64_t n) {
      loops.swiglu_bf16(from + n * 2 * width, width, to + n * width);
    });
  } else {
    const auto* from = gate_up.const_data_ptr<float>();
    auto* to = out.mutable_data_ptr<float>();
    for_rows(rows, [&](std::int64_t n) {
      loops.swiglu_f32(from + n * 2 * width, width, to + n * width);
    });
  }
  return out;
}

at::Tensor token_log_probabilities(const at::Tensor& logits, const at::Tensor& tokens) {
  if (!logits.is_cpu() || logits.stride(1) != 1) {
    return at::log_softmax(logits, -1).gather(-1, tokens.unsqueeze(-1)).squeeze(-1);
  }
  auto out = at::empty({logits.size(0)}, logits.options());
  if (logits.scalar_type() == at::kBFloat16) {
    log_probabilities<c10::BFloat16, cpu::Bf16>(logits, tokens, cpu::loops().log_sum_exp_bf16, out);
  } else {
    log_probabilities<float, float>(logits, tokens, cpu::loops().log_sum_exp_f32, out);
  }
  return out;
}

}  // namespace smdm
