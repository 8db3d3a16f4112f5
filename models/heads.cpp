// On the CPU one pass over each head, elsewhere ATen expressions of the same formulas.
#include "models/heads.hpp"

#include <algorithm>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "models/cpu/norm_rows.hpp"
#include "models/cpu/row_ranges.hpp"
#include "models/ops.hpp"

namespace smdm {
namespace {

/// Rows a thread takes at once.
constexpr std::int64_t kGrain = 16;

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
      cpu::rms_norm_row(from, norm_, eps_, size_, memory.wide, memory.normed.data());
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

/// @param x  [N, heads, hs]
at::Tensor rotated_anywhere(const at::Tensor& x,
                            const Rotation& rotation,
                            const at::Tensor& norm,
                            std::int64_t elements) {
  const auto type = x.scalar_type();
  const auto normed = norm.defined() ? rms_norm(x, norm, rotation.eps, type) : x;
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
  return {.query = q.view({q.size(0), shape.groups, shape.heads / shape.groups, size}),
          .key = k.view({k.size(0), shape.groups, size}),
          .value = v.view({v.size(0), shape.groups, size})};
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

}  // namespace smdm
