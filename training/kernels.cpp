#include "training/kernels.hpp"

#include <algorithm>
#include <type_traits>

#include <ATen/Functions.h>

#include "models/cpu/levels.hpp"
#include "models/cpu/row_ranges.hpp"

namespace smdm::training {
namespace {

using smdm::cpu::AttentionRow;
using smdm::cpu::Bf16;
using smdm::cpu::for_row_ranges;

constexpr std::int64_t kGrain = 16;   ///< rows that are worth a thread
constexpr std::int64_t kChunk = 128;  ///< rows whose weight gradients are summed before the others

template <typename T>
const T* data(const at::Tensor& x) {
  return static_cast<const T*>(x.const_data_ptr());
}

template <typename T>
T* mutable_data(const at::Tensor& x) {
  return static_cast<T*>(x.mutable_data_ptr());
}

/// Calls body with a null pointer of the element type that the loops use.
template <typename Body>
auto for_type(at::ScalarType type, const Body& body) {
  if (type == at::kBFloat16) return body(static_cast<Bf16*>(nullptr));
  return body(static_cast<float*>(nullptr));
}

template <typename T>
const cpu::TypedLoops<T>& typed_loops() {
  if constexpr (std::is_same_v<T, Bf16>) {
    return cpu::loops().bf16;
  } else {
    return cpu::loops().f32;
  }
}

template <typename Body>
void for_rows(std::int64_t rows, const Body& body) {
  for_row_ranges(rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (auto n = begin; n < end; ++n) body(n);
  });
}

template <typename T>
void attend_group(const at::Tensor& qkv,
                  const at::Tensor& out,
                  std::int64_t first,
                  std::int64_t tokens,
                  std::int64_t group,
                  const cpu::HeadLayout& heads,
                  bool causal,
                  float* scratch) {
  const auto stride = qkv.size(1);
  const auto width = heads.per_group * heads.size;
  const T* query = data<T>(qkv) + first * stride + group * (heads.per_group + 2) * heads.size;
  const AttentionRow<T> row{.query = query,
                            .query_stride = stride,
                            .queries = tokens,
                            .heads = heads.per_group,
                            .size = heads.size,
                            .past_key = nullptr,
                            .past_value = nullptr,
                            .past_stride = stride,
                            .past = 0,
                            .key = query + width,
                            .value = query + width + heads.size,
                            .key_stride = stride,
                            .causal = causal,
                            .out = mutable_data<T>(out) + first * out.size(1) + group * width,
                            .out_stride = out.size(1)};
  if constexpr (std::is_same_v<T, Bf16>) {
    smdm::cpu::loops().attention_bf16(row, scratch);
  } else {
    smdm::cpu::loops().attention_f32(row, scratch);
  }
}

std::int64_t longest(const PackedRows& rows) {
  std::int64_t most = 0;
  for (std::size_t row = 0; row < rows.rows(); ++row) most = std::max(most, rows.length(row));
  return most;
}

/// body(row, group, scratch) for every row and group of heads. Groups outside, so that threads get
/// equal shares of every row.
template <typename Body>
void for_row_groups(const PackedRows& rows,
                    const cpu::HeadLayout& heads,
                    std::int64_t floats,
                    const Body& body) {
  const auto count = static_cast<std::int64_t>(rows.rows());
  for_row_ranges(count * heads.groups, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scratch(static_cast<std::size_t>(floats));
    for (auto item = begin; item < end; ++item)
      body(static_cast<std::size_t>(item % count), item / count, scratch.data());
  });
}

}  // namespace

Normed add_norm(const at::Tensor& x,
                const at::Tensor& added,
                const at::Tensor& weight,
                double eps,
                at::ScalarType type) {
  const auto rows = x.size(0);
  const auto width = x.size(1);
  Normed out{.sum = added.defined() ? at::empty_like(x) : x,
             .normed = at::empty_like(x, x.options().dtype(type)),
             .scale = at::empty({rows}, x.options())};
  for_type(type, [&]<typename T>(T*) {
    const float* from = data<float>(x);
    const T* plus = added.defined() ? data<T>(added) : nullptr;
    const float* factor = data<float>(weight);
    float* sum = added.defined() ? mutable_data<float>(out.sum) : nullptr;
    T* normed = mutable_data<T>(out.normed);
    float* scale = mutable_data<float>(out.scale);
    for_rows(rows, [&](std::int64_t n) {
      const auto at = n * width;
      typed_loops<T>().add_norm(from + at, plus == nullptr ? nullptr : plus + at, factor,
                                static_cast<float>(eps), width, sum == nullptr ? nullptr : sum + at,
                                normed + at, scale + n);
    });
  });
  return out;
}

at::Tensor norm_gradient(const at::Tensor& d_normed,
                         const Normed& forward,
                         const at::Tensor& weight,
                         at::Tensor& d_x,
                         const at::Tensor& d_weight) {
  const auto rows = d_x.size(0);
  const auto width = d_x.size(1);
  const auto chunks = (rows + kChunk - 1) / kChunk;
  auto rounded = at::empty_like(d_normed);
  const auto sums = at::zeros({chunks, width}, d_x.options());
  for_type(d_normed.scalar_type(), [&]<typename T>(T*) {
    for_row_ranges(chunks, 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto n = begin * kChunk; n < std::min(rows, end * kChunk); ++n) {
        const auto at = n * width;
        typed_loops<T>().norm_gradient(data<T>(d_normed) + at, data<float>(forward.sum) + at,
                                       data<float>(forward.scale)[n], data<float>(weight), width,
                                       mutable_data<float>(d_x) + at, mutable_data<T>(rounded) + at,
                                       mutable_data<float>(sums) + n / kChunk * width);
      }
    });
  });
  float* total = mutable_data<float>(d_weight);
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
    const float* part = data<float>(sums) + chunk * width;
    for (std::int64_t i = 0; i < width; ++i) total[i] += part[i];
  }
  return rounded;
}

at::Tensor swiglu_gradient(const at::Tensor& gate_up, const at::Tensor& d_out) {
  const auto width = d_out.size(1);
  auto gradient = at::empty_like(gate_up);
  for_type(d_out.scalar_type(), [&]<typename T>(T*) {
    const T* from = data<T>(gate_up);
    const T* d = data<T>(d_out);
    T* to = mutable_data<T>(gradient);
    for_rows(d_out.size(0), [&](std::int64_t n) {
      typed_loops<T>().swiglu_gradient(from + 2 * n * width, d + n * width, width,
                                       to + 2 * n * width);
    });
  });
  return gradient;
}

void rotate(at::Tensor& qkv,
            const RotaryTables& tables,
            std::span<const std::int64_t> positions,
            const cpu::HeadLayout& heads,
            bool back) {
  const float* cosine = data<float>(tables.cosine);
  const float* sine = data<float>(tables.sine);
  for_type(qkv.scalar_type(), [&]<typename T>(T*) {
    T* to = mutable_data<T>(qkv);
    for_rows(qkv.size(0), [&](std::int64_t n) {
      const auto at = positions[static_cast<std::size_t>(n)] * heads.half;
      typed_loops<T>().rotate(to + n * qkv.size(1), cosine + at, sine + at, back, heads);
    });
  });
}

at::Tensor attention(const at::Tensor& qkv,
                     const PackedRows& rows,
                     const cpu::HeadLayout& heads,
                     bool causal) {
  auto out = at::empty({qkv.size(0), heads.groups * heads.per_group * heads.size}, qkv.options());
  const auto floats = smdm::cpu::loops().attention_scratch(longest(rows), heads.size);
  for_type(qkv.scalar_type(), [&]<typename T>(T*) {
    for_row_groups(rows, heads, floats, [&](std::size_t row, std::int64_t group, float* scratch) {
      attend_group<T>(qkv, out, rows.offsets[row], rows.length(row), group, heads, causal, scratch);
    });
  });
  return out;
}

at::Tensor attention_gradient(const at::Tensor& qkv,
                              const at::Tensor& d_out,
                              const PackedRows& rows,
                              const cpu::HeadLayout& heads,
                              bool causal) {
  auto gradient = at::empty_like(qkv);
  const auto floats = cpu::loops().attention_scratch(longest(rows), heads.size);
  for_type(qkv.scalar_type(), [&]<typename T>(T*) {
    for_row_groups(rows, heads, floats, [&](std::size_t row, std::int64_t group, float* scratch) {
      const auto first = rows.offsets[row];
      const auto at = first * qkv.size(1) + group * (heads.per_group + 2) * heads.size;
      typed_loops<T>().attention_gradient(
          {.qkv = data<T>(qkv) + at,
           .d_qkv = mutable_data<T>(gradient) + at,
           .stride = qkv.size(1),
           .d_out = data<T>(d_out) + first * d_out.size(1) + group * heads.per_group * heads.size,
           .out_stride = d_out.size(1),
           .tokens = rows.length(row),
           .heads = heads.per_group,
           .size = heads.size,
           .causal = causal},
          scratch);
    });
  });
  return gradient;
}

void cross_entropy(at::Tensor& logits,
                   std::span<const std::int64_t> targets,
                   std::span<const float> weights,
                   std::span<float> losses) {
  const auto width = logits.size(1);
  for_type(logits.scalar_type(), [&]<typename T>(T*) {
    T* to = mutable_data<T>(logits);
    for_row_ranges(logits.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto n = begin; n < end; ++n) {
        const auto at = static_cast<std::size_t>(n);
        losses[at] =
            typed_loops<T>().cross_entropy(to + n * width, width, targets[at], weights[at]);
      }
    });
  });
}

void embedding_gradient(std::span<const std::int64_t> ids,
                        const at::Tensor& d_x,
                        const at::Tensor& d_embedding) {
  const auto width = d_x.size(1);
  const float* from = data<float>(d_x);
  float* to = mutable_data<float>(d_embedding);
  for_row_ranges(width, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::size_t n = 0; n < ids.size(); ++n) {
      const float* row = from + static_cast<std::int64_t>(n) * width;
      float* sum = to + ids[n] * width;
      for (auto i = begin; i < end; ++i) sum[i] += row[i];
    }
  });
}

}  // namespace smdm::training
