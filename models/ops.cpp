// Each operation twice: rows in loops of our own on the CPU, ATen expressions elsewhere. Loops that
// vector instructions speed up are those of models/cpu; the others are simple enough for the
// compiler.
#include "models/ops.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <type_traits>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

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

/// A number as it is kept before a norm's weight is applied: bfloat16 inputs round there.
template <typename In>
float kept(float x) {
  return std::is_same_v<In, c10::BFloat16> ? static_cast<float>(static_cast<c10::BFloat16>(x)) : x;
}

/// The row in float32: itself, or a widened copy in `memory`.
const float* widened(const float* x, std::int64_t /*width*/, std::vector<float>& /*memory*/) {
  return x;
}
const float* widened(const c10::BFloat16* x, std::int64_t width, std::vector<float>& memory) {
  memory.assign(x, x + width);
  return memory.data();
}

/// @param memory  for a widened copy of the row
template <typename In, typename Out>
void rms_norm_row(const In* x,
                  const float* weight,
                  float eps,
                  std::int64_t width,
                  std::vector<float>& memory,
                  Out* out) {
  const float* row = widened(x, width, memory);
  const float scale =
      1.0F / std::sqrt(sum_of_squares(row, width) / static_cast<float>(width) + eps);
  for (std::int64_t i = 0; i < width; ++i)
    out[i] = static_cast<Out>(kept<In>(row[i] * scale) * weight[i]);
}

template <typename In, typename Out>
void rms_norm_rows(const at::Tensor& x, const at::Tensor& weight, double eps, at::Tensor& out) {
  const auto width = x.size(1);
  const In* from = x.const_data_ptr<In>();
  const float* scale = weight.const_data_ptr<float>();
  auto* to = out.mutable_data_ptr<Out>();
  cpu::for_row_ranges(x.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> memory;
    for (auto n = begin; n < end; ++n) {
      rms_norm_row(from + n * width, scale, static_cast<float>(eps), width, memory, to + n * width);
    }
  });
}

/// Sum in the order of sum_of_squares().
float sum_of(const float* x, std::int64_t width) {
  constexpr std::int64_t kLanes = 16;
  std::array<float, kLanes> lanes{};
  std::int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane)
      lanes[static_cast<std::size_t>(lane)] += x[i + lane];
  }
  float sum = 0.0F;
  for (const float lane : lanes) sum += lane;
  for (; i < width; ++i) sum += x[i];
  return sum;
}

template <typename T>
void layer_norm_rows(const at::Tensor& x,
                     const at::Tensor& weight,
                     const at::Tensor& shift,
                     double eps,
                     at::Tensor& out) {
  const auto width = x.size(1);
  const auto count = static_cast<float>(width);
  const T* from = x.const_data_ptr<T>();
  const float* scales = weight.const_data_ptr<float>();
  const float* shifts = shift.defined() ? shift.const_data_ptr<float>() : nullptr;
  T* to = out.mutable_data_ptr<T>();
  cpu::for_row_ranges(x.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> row(static_cast<std::size_t>(width));
    for (auto n = begin; n < end; ++n) {
      std::copy(from + n * width, from + (n + 1) * width, row.begin());
      const float mean = sum_of(row.data(), width) / count;
      for (auto& value : row) value -= mean;
      const auto scale =
          1.0F / std::sqrt(sum_of_squares(row.data(), width) / count + static_cast<float>(eps));
      for (std::int64_t i = 0; i < width; ++i) {
        const float added = shifts == nullptr ? 0.0F : shifts[i];
        to[n * width + i] =
            static_cast<T>(row[static_cast<std::size_t>(i)] * scale * scales[i] + added);
      }
    }
  });
}

/// The angles of one position.
struct Angles {
  const float* cosine;
  const float* sine;
  std::int64_t half;
};

/// A product as it is added to another.
template <typename T, bool kRoundProducts>
float product(float a, float b) {
  return kRoundProducts ? static_cast<float>(static_cast<T>(a * b)) : a * b;
}

template <typename T, bool kRoundProducts>
void rotate_head(const T* from, const Angles& angles, std::int64_t head_size, T* to) {
  const auto times = product<T, kRoundProducts>;
  const auto half = angles.half;
  for (std::int64_t i = 0; i < half; ++i) {
    const auto first = static_cast<float>(from[i]);
    const auto second = static_cast<float>(from[half + i]);
    to[i] = static_cast<T>(times(first, angles.cosine[i]) - times(second, angles.sine[i]));
    to[half + i] = static_cast<T>(times(first, angles.sine[i]) + times(second, angles.cosine[i]));
  }
  std::copy(from + 2 * half, from + head_size, to + 2 * half);
}

/// Room for one head.
template <typename T>
struct HeadMemory {
  std::vector<T> normed;
  std::vector<float> wide;
};

/// Normalises and rotates the heads of one tensor.
template <typename T>
class HeadRotation {
 public:
  HeadRotation(const Rotation& rotation, const at::Tensor& norm, const HeadShape& shape)
      : norm_(norm.defined() ? norm.const_data_ptr<float>() : nullptr),
        eps_(static_cast<float>(rotation.eps)),
        cosines_(rotation.cosine.const_data_ptr<float>()),
        sines_(rotation.sine.const_data_ptr<float>()),
        half_(shape.rotary_elements / 2),
        size_(shape.head_size),
        rotate_(rotation.round_products ? rotate_head<T, true> : rotate_head<T, false>) {}

  void one(std::int64_t row, const T* from, HeadMemory<T>& memory, T* to) const {
    if (norm_ != nullptr) {
      memory.normed.resize(static_cast<std::size_t>(size_));
      rms_norm_row(from, norm_, eps_, size_, memory.wide, memory.normed.data());
      from = memory.normed.data();
    }
    rotate_(from, {.cosine = cosines_ + row * half_, .sine = sines_ + row * half_, .half = half_},
            size_, to);
  }

 private:
  const float* norm_;
  float eps_;
  const float* cosines_;
  const float* sines_;
  std::int64_t half_;
  std::int64_t size_;
  void (*rotate_)(const T*, const Angles&, std::int64_t, T*);
};

/// @param from  [N, A, B, hs], elements of a head next to each other
/// @param to    contiguous, of as many elements
template <typename T>
void rotate_rows(const at::Tensor& from, const HeadRotation<T>& rotation, at::Tensor& to) {
  const T* data = from.const_data_ptr<T>();
  T* out = to.mutable_data_ptr<T>();
  const auto size = from.size(3);
  const auto heads = from.size(1) * from.size(2);
  cpu::for_row_ranges(from.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
    HeadMemory<T> memory;
    for (auto n = begin; n < end; ++n) {
      for (std::int64_t h = 0; h < heads; ++h) {
        const auto at = n * from.stride(0) + h / from.size(2) * from.stride(1) +
                        h % from.size(2) * from.stride(2);
        rotation.one(n, data + at, memory, out + (n * heads + h) * size);
      }
    }
  });
}

template <typename T>
void rotate_all(const Heads& heads,
                const Rotation& rotation,
                const HeadShape& shape,
                Projections& out) {
  rotate_rows(heads.query, HeadRotation<T>(rotation, rotation.query_norm, shape), out.query);
  rotate_rows(heads.key.unsqueeze(2), HeadRotation<T>(rotation, rotation.key_norm, shape), out.key);
}

/// @tparam Sum  of the exponentials; also of the difference that is returned
template <typename T, typename Loop, typename Sum, typename Out, typename LogSumExp>
void log_probabilities(const at::Tensor& logits,
                       const at::Tensor& tokens,
                       LogSumExp log_sum_exp,
                       at::Tensor& out) {
  const auto stride = logits.stride(0);
  const auto width = logits.size(1);
  const T* from = logits.const_data_ptr<T>();
  const auto* at = tokens.const_data_ptr<std::int64_t>();
  Out* to = out.mutable_data_ptr<Out>();
  cpu::for_row_ranges(logits.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto n = begin; n < end; ++n) {
      const T* row = from + n * stride;
      float maximum = 0.0F;
      Sum log_sum = 0;
      log_sum_exp(reinterpret_cast<const Loop*>(row), width, &maximum, &log_sum);
      const auto logit = static_cast<Sum>(static_cast<float>(row[at[n]]));
      to[n] = static_cast<Out>(logit - static_cast<Sum>(maximum) - log_sum);
    }
  });
}

at::Tensor rms_norm_anywhere(const at::Tensor& x,
                             const at::Tensor& weight,
                             double eps,
                             at::ScalarType type) {
  const auto wide = x.to(at::kFloat);
  const auto normed = wide * at::rsqrt(wide.square().mean(-1, true) + eps);
  return (normed.to(x.scalar_type()).to(at::kFloat) * weight).to(type);
}

/// @param x  [N, heads, hs]
at::Tensor rotated_anywhere(const at::Tensor& x,
                            const Rotation& rotation,
                            const at::Tensor& norm,
                            std::int64_t elements) {
  const auto type = x.scalar_type();
  const auto normed = norm.defined() ? rms_norm_anywhere(x, norm, rotation.eps, type) : x;
  const auto half = elements / 2;
  const auto first = normed.slice(-1, 0, half).to(at::kFloat);
  const auto second = normed.slice(-1, half, elements).to(at::kFloat);
  const auto cosine = rotation.cosine.unsqueeze(1);
  const auto sine = rotation.sine.unsqueeze(1);
  const auto times = [&](const at::Tensor& a, const at::Tensor& b) {
    const auto product = a * b;
    return rotation.round_products ? product.to(type).to(at::kFloat) : product;
  };
  const auto turned = at::cat({times(first, cosine) - times(second, sine),
                               times(first, sine) + times(second, cosine)},
                              -1)
                          .to(type);
  return at::cat({turned, normed.slice(-1, elements)}, -1).contiguous();
}

}  // namespace

at::Tensor rms_norm(const at::Tensor& x,
                    const at::Tensor& weight,
                    double eps,
                    at::ScalarType type) {
  if (!x.is_cpu()) return rms_norm_anywhere(x, weight, eps, type);
  auto out = at::empty_like(x, x.options().dtype(type));
  if (x.scalar_type() == at::kBFloat16) {
    rms_norm_rows<c10::BFloat16, c10::BFloat16>(x, weight, eps, out);
  } else if (type == at::kBFloat16) {
    rms_norm_rows<float, c10::BFloat16>(x, weight, eps, out);
  } else {
    rms_norm_rows<float, float>(x, weight, eps, out);
  }
  return out;
}

at::Tensor layer_norm(const at::Tensor& x,
                      const at::Tensor& weight,
                      const at::Tensor& shift,
                      double eps) {
  if (!x.is_cpu()) {
    const auto added = shift.defined() ? std::optional(shift) : std::nullopt;
    return at::layer_norm(x.to(at::kFloat), weight.sizes(), weight, added, eps).to(x.scalar_type());
  }
  auto out = at::empty_like(x);
  if (x.scalar_type() == at::kBFloat16) {
    layer_norm_rows<c10::BFloat16>(x, weight, shift, eps, out);
  } else {
    layer_norm_rows<float>(x, weight, shift, eps, out);
  }
  return out;
}

Heads heads_by_group(const at::Tensor& qkv, const HeadShape& shape) {
  const auto per_group = shape.heads / shape.groups;
  const auto all = qkv.view({qkv.size(0), shape.groups, per_group + 2, shape.head_size});
  return {.query = all.slice(2, 0, per_group),
          .key = all.select(2, per_group),
          .value = all.select(2, per_group + 1)};
}

Heads heads_in_turn(const at::Tensor& qkv, const HeadShape& shape) {
  const auto queries = shape.heads * shape.head_size;
  const auto keys = shape.groups * shape.head_size;
  return heads_apart(qkv.narrow(1, 0, queries), qkv.narrow(1, queries, keys),
                     qkv.narrow(1, queries + keys, keys), shape);
}

Heads heads_apart(const at::Tensor& q,
                  const at::Tensor& k,
                  const at::Tensor& v,
                  const HeadShape& shape) {
  const auto size = shape.head_size;
  return {.query = q.unflatten(1, {shape.groups, shape.heads / shape.groups, size}),
          .key = k.unflatten(1, {shape.groups, size}),
          .value = v.unflatten(1, {shape.groups, size})};
}

Projections rotate(const Heads& heads, const Rotation& rotation, const HeadShape& shape) {
  const auto rows = heads.query.size(0);
  const std::vector<std::int64_t> queries = {rows, shape.heads, shape.head_size};
  if (!heads.query.is_cpu()) {
    return {.query = rotated_anywhere(heads.query.reshape(queries), rotation, rotation.query_norm,
                                      shape.rotary_elements),
            .key = rotated_anywhere(heads.key, rotation, rotation.key_norm, shape.rotary_elements),
            .value = heads.value.contiguous()};
  }
  Projections out{.query = at::empty(queries, heads.query.options()),
                  .key = at::empty(heads.key.sizes(), heads.key.options()),
                  .value = heads.value.contiguous()};
  if (heads.query.scalar_type() == at::kBFloat16) {
    rotate_all<c10::BFloat16>(heads, rotation, shape, out);
  } else {
    rotate_all<float>(heads, rotation, shape, out);
  }
  return out;
}

at::Tensor swiglu(const at::Tensor& gate_up) {
  const auto width = gate_up.size(1) / 2;
  return swiglu(gate_up.narrow(1, 0, width), gate_up.narrow(1, width, width));
}

at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up) {
  if (!gate.is_cpu()) return at::silu(gate).mul_(up);
  const auto rows = gate.size(0);
  const auto width = gate.size(1);
  const auto stride = gate.stride(0);
  auto out = at::empty({rows, width}, gate.options());
  const auto& loops = cpu::loops();
  if (gate.scalar_type() == at::kBFloat16) {
    const auto* gates = reinterpret_cast<const cpu::Bf16*>(gate.const_data_ptr<c10::BFloat16>());
    const auto* ups = reinterpret_cast<const cpu::Bf16*>(up.const_data_ptr<c10::BFloat16>());
    auto* to = reinterpret_cast<cpu::Bf16*>(out.mutable_data_ptr<c10::BFloat16>());
    for_rows(rows, [&](std::int64_t n) {
      loops.swiglu_bf16(gates + n * stride, ups + n * stride, width, to + n * width);
    });
  } else {
    const auto* gates = gate.const_data_ptr<float>();
    const auto* ups = up.const_data_ptr<float>();
    auto* to = out.mutable_data_ptr<float>();
    for_rows(rows, [&](std::int64_t n) {
      loops.swiglu_f32(gates + n * stride, ups + n * stride, width, to + n * width);
    });
  }
  return out;
}

void gelu(at::Tensor& x, const char* form) {
  if (!x.is_cpu()) {
    at::gelu_(x, form);
    return;
  }
  // Below the length from which one call is shared out among threads.
  constexpr std::int64_t kPiece = 16384;
  const auto width = x.size(1);
  cpu::for_row_ranges(x.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    const c10::InferenceMode no_gradients;  // a setting of each thread
    for (auto n = begin; n < end; ++n) {
      const auto row = x.select(0, n);
      for (std::int64_t i = 0; i < width; i += kPiece) {
        auto piece = row.narrow(0, i, std::min(kPiece, width - i));
        at::gelu_(piece, form);
      }
    }
  });
}

at::Tensor token_log_probabilities(const at::Tensor& logits, const at::Tensor& tokens) {
  if (!logits.is_cpu() || logits.stride(1) != 1) {
    return at::log_softmax(logits, -1).gather(-1, tokens.unsqueeze(-1)).squeeze(-1);
  }
  using c10::BFloat16;
  const auto& loops = cpu::loops();
  auto out = at::empty({logits.size(0)}, logits.options());
  if (logits.scalar_type() == at::kBFloat16) {
    log_probabilities<BFloat16, cpu::Bf16, float, BFloat16>(logits, tokens, loops.log_sum_exp_bf16,
                                                            out);
  } else {
    log_probabilities<float, float, float, float>(logits, tokens, loops.log_sum_exp_f32, out);
  }
  return out;
}

at::Tensor token_log_probabilities_f64(const at::Tensor& logits, const at::Tensor& tokens) {
  if (!logits.is_cpu() || logits.stride(1) != 1) {
    const auto all = at::log_softmax(logits.to(at::kDouble), -1);
    return all.gather(-1, tokens.unsqueeze(-1)).squeeze(-1);
  }
  using c10::BFloat16;
  const auto& loops = cpu::loops();
  auto out = at::empty({logits.size(0)}, logits.options().dtype(at::kDouble));
  if (logits.scalar_type() == at::kBFloat16) {
    log_probabilities<BFloat16, cpu::Bf16, double, double>(logits, tokens,
                                                           loops.log_sum_exp_bf16_f64, out);
  } else {
    log_probabilities<float, float, double, double>(logits, tokens, loops.log_sum_exp_f32_f64, out);
  }
  return out;
}

}  // namespace smdm
