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
#include "models/cpu/norm_rows.hpp"
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

template <typename In, typename Out>
void rms_norm_rows(const at::Tensor& x, const at::Tensor& weight, double eps, at::Tensor& out) {
  const auto width = x.size(1);
  const In* from = x.const_data_ptr<In>();
  const float* scale = weight.const_data_ptr<float>();
  auto* to = out.mutable_data_ptr<Out>();
  cpu::for_row_ranges(x.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> memory;
    for (auto n = begin; n < end; ++n) {
      cpu::rms_norm_row(from + n * width, scale, static_cast<float>(eps), width, memory,
                        to + n * width);
    }
  });
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
      const float mean = cpu::sum_of(row.data(), width) / count;
      for (auto& value : row) value -= mean;
      const auto scale = 1.0F / std::sqrt(cpu::sum_of_squares(row.data(), width) / count +
                                          static_cast<float>(eps));
      for (std::int64_t i = 0; i < width; ++i) {
        const float added = shifts == nullptr ? 0.0F : shifts[i];
        to[n * width + i] =
            static_cast<T>(row[static_cast<std::size_t>(i)] * scale * scales[i] + added);
      }
    }
  });
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

template <typename T, typename More>
void add_numbers(at::Tensor& x, const at::Tensor& more) {
  T* to = x.mutable_data_ptr<T>();
  const More* from = more.const_data_ptr<More>();
  const auto count = x.numel();
  for (std::int64_t i = 0; i < count; ++i)
    to[i] = static_cast<T>(static_cast<float>(to[i]) + static_cast<float>(from[i]));
}

template <typename T>
void add_numbers(at::Tensor& x, const at::Tensor& more) {
  if (more.scalar_type() == at::kFloat) {
    add_numbers<T, float>(x, more);
  } else {
    add_numbers<T, c10::BFloat16>(x, more);
  }
}

at::Tensor rms_norm_anywhere(const at::Tensor& x,
                             const at::Tensor& weight,
                             double eps,
                             at::ScalarType type) {
  const auto wide = x.to(at::kFloat);
  const auto normed = wide * at::rsqrt(wide.square().mean(-1, true) + eps);
  return (normed.to(x.scalar_type()).to(at::kFloat) * weight).to(type);
}

}  // namespace

at::Tensor rms_norm(const at::Tensor& x,
                    const at::Tensor& weight,
                    double eps,
                    at::ScalarType type) {
  if (!x.is_cpu()) return rms_norm_anywhere(x, weight, eps, type);
  auto out = at::empty(x.sizes(), x.options().dtype(type));
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

void add(at::Tensor& x, const at::Tensor& more) {
  // Of few rows the call alone would take longer.
  if (!x.is_cpu() || x.size(0) > kGrain) {
    x.add_(more);
  } else if (x.scalar_type() == at::kFloat) {
    add_numbers<float>(x, more);
  } else {
    add_numbers<c10::BFloat16>(x, more);
  }
}

at::Tensor likeliest_tokens(const at::Tensor& logits) {
  if (!logits.is_cpu() || logits.stride(1) != 1) return logits.argmax(-1);
  const auto& loops = cpu::loops();
  const auto stride = logits.stride(0);
  const auto width = logits.size(1);
  auto out = at::empty({logits.size(0)}, logits.options().dtype(at::kLong));
  auto* to = out.mutable_data_ptr<std::int64_t>();
  const auto for_each = [&](const auto& largest, const auto* from) {
    cpu::for_row_ranges(logits.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto n = begin; n < end; ++n) to[n] = largest(from + n * stride, width);
    });
  };
  if (logits.scalar_type() == at::kBFloat16) {
    for_each(loops.largest_bf16,
             reinterpret_cast<const cpu::Bf16*>(logits.const_data_ptr<c10::BFloat16>()));
  } else {
    for_each(loops.largest_f32, logits.const_data_ptr<float>());
  }
  return out;
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
