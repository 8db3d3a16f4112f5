// Compiled several times (see CMakeLists.txt) with SMDM_LEVEL, the name of the instruction set,
// and SMDM_VECTOR_BYTES. Includes nothing that has inline functions of external linkage.
#include "training/cpu/loops.hpp"

#include "models/cpu/vectors.hpp"
#include "training/cpu/attention_gradient.hpp"

namespace smdm::training::cpu {
namespace {

using namespace smdm::cpu;

/// How much of a register counts: all of it, or its first lanes.
struct Whole {};
struct Part {
  std::int64_t count;
};

template <typename T>
SMDM_INLINE Vec get(const T* from, Whole) {
  return load(from);
}
template <typename T>
SMDM_INLINE Vec get(const T* from, Part part) {
  return load_part(from, part.count);
}
template <typename T>
SMDM_INLINE void put(Vec x, T* to, Whole) {
  store(x, to);
}
template <typename T>
SMDM_INLINE void put(Vec x, T* to, Part part) {
  store_part(x, part.count, to);
}
SMDM_INLINE Vec kept(Vec x, Whole) {
  return x;
}
SMDM_INLINE Vec kept(Vec x, Part part) {
  return lane_numbers() < (std::int32_t)part.count ? x : all(0.0F);
}

/// body(i, Whole or Part) for every register's width of 0..width-1.
template <typename Body>
SMDM_INLINE void each(std::int64_t width, const Body& body) {
  std::int64_t i = 0;
  for (; i + kWidth <= width; i += kWidth) body(i, Whole{});
  if (i < width) body(i, Part{width - i});
}

// ---- norms ----------------------------------------------------------------------------------

template <typename T>
void add_norm(const float* x,
              const T* added,
              const float* weight,
              float eps,
              std::int64_t width,
              float* sum,
              T* normed,
              float* scale) {
  Vec squares{};
  const float* from = x;
  if (added != nullptr) {
    each(width, [&](std::int64_t i, auto part) {
      const Vec total = get(x + i, part) + get(added + i, part);
      squares += total * total;
      put(total, sum + i, part);
    });
    from = sum;
  } else {
    each(width, [&](std::int64_t i, auto part) {
      const Vec value = get(x + i, part);
      squares += value * value;
    });
  }
  const float mean = sum_of(squares) / static_cast<float>(width);
  const float factor = 1.0F / __builtin_sqrtf(mean + eps);
  each(width, [&](std::int64_t i, auto part) {
    put(get(from + i, part) * factor * get(weight + i, part), normed + i, part);
  });
  *scale = factor;
}

template <typename T>
void norm_gradient(const T* d_normed,
                   const float* x,
                   float scale,
                   const float* weight,
                   std::int64_t width,
                   float* d_x,
                   T* rounded_d_x,
                   float* d_weight) {
  Vec products{};
  each(width, [&](std::int64_t i, auto part) {
    const Vec d = get(d_normed + i, part);
    const Vec unit = get(x + i, part) * scale;
    products += d * get(weight + i, part) * unit;
    put(get(d_weight + i, part) + d * unit, d_weight + i, part);
  });
  const float mean = sum_of(products) / static_cast<float>(width);
  each(width, [&](std::int64_t i, auto part) {
    const Vec unit = get(x + i, part) * scale;
    const Vec passed = get(d_normed + i, part) * get(weight + i, part) - unit * mean;
    const Vec d = get(d_x + i, part) + passed * scale;
    put(d, d_x + i, part);
    put(d, rounded_d_x + i, part);
  });
}

// ---- SwiGLU ---------------------------------------------------------------------------------

template <typename T>
void swiglu_gradient(const T* gate_up, const T* d_out, std::int64_t width, T* d_gate_up) {
  each(width, [&](std::int64_t i, auto part) {
    const Vec gate = get(gate_up + i, part);
    const Vec up = get(gate_up + width + i, part);
    const Vec d = get(d_out + i, part);
    const Vec sigmoid = 1.0F / (1.0F + exponential(-gate));
    const Vec silu = gate * sigmoid;
    put(d * up * (sigmoid + silu * (1.0F - sigmoid)), d_gate_up + i, part);
    put(d * silu, d_gate_up + width + i, part);
  });
}

// ---- rotary embedding -----------------------------------------------------------------------

template <typename T>
SMDM_INLINE void rotate_head(
    T* head, const float* cosine, const float* sine, float sign, std::int64_t half) {
  each(half, [&](std::int64_t i, auto part) {
    const Vec first = get(head + i, part);
    const Vec second = get(head + half + i, part);
    const Vec c = get(cosine + i, part);
    const Vec s = get(sine + i, part) * sign;
    put(first * c - second * s, head + i, part);
    put(first * s + second * c, head + half + i, part);
  });
}

template <typename T>
void rotate(T* qkv, const float* cosine, const float* sine, bool back, const HeadLayout& heads) {
  const float sign = back ? -1.0F : 1.0F;
  for (std::int64_t group = 0; group < heads.groups; ++group) {
    for (std::int64_t head = 0; head <= heads.per_group; ++head) {  // the last one is the key
      rotate_head(qkv, cosine, sine, sign, heads.half);
      qkv += heads.size;
    }
    qkv += heads.size;
  }
}

// ---- cross entropy --------------------------------------------------------------------------

template <typename T>
float cross_entropy(T* logits, std::int64_t width, std::int64_t target, float weight) {
  const float largest = maximum_of(logits, width);
  const float truth = to_float(logits[target]);
  Vec sums{};
  each(width, [&](std::int64_t i, auto part) {
    sums += kept(exponential(get(logits + i, part) - largest), part);
  });
  const float sum = sum_of(sums);
  const float factor = weight / sum;
  each(width, [&](std::int64_t i, auto part) {
    Vec probability = exponential(get(logits + i, part) - largest) * factor;
    const auto lane = (std::int32_t)(target - i);
    probability -= lane_numbers() == lane ? all(weight) : all(0.0F);
    put(probability, logits + i, part);
  });
  return largest + __builtin_logf(sum) - truth;
}

// ---- parameters -----------------------------------------------------------------------------

void adamw(const AdamStep& step,
           const float* gradient,
           std::int64_t count,
           float* parameter,
           float* first,
           float* second) {
  const float shrink = 1.0F - step.learning_rate * step.decay;
  const float rate = step.learning_rate / step.correction_1;
  const float root = 1.0F / __builtin_sqrtf(step.correction_2);
  for (std::int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] * step.gradient_scale;
    first[i] = step.beta_1 * first[i] + (1.0F - step.beta_1) * g;
    second[i] = step.beta_2 * second[i] + (1.0F - step.beta_2) * g * g;
    const float size = __builtin_sqrtf(second[i]) * root + step.epsilon;
    parameter[i] = parameter[i] * shrink - rate * first[i] / size;
  }
}

void round(const float* from, std::int64_t count, Bf16* to) {
  each(count, [&](std::int64_t i, auto part) { put(get(from + i, part), to + i, part); });
}

double sum_of_squares(const float* x, std::int64_t count) {
  Vec sums{};
  each(count, [&](std::int64_t i, auto part) {
    const Vec value = get(x + i, part);
    sums += value * value;
  });
  return sum_of(sums);
}

template <typename T>
constexpr TypedLoops<T> typed_loops() noexcept {
  return {.add_norm = add_norm<T>,
          .norm_gradient = norm_gradient<T>,
          .swiglu_gradient = swiglu_gradient<T>,
          .rotate = rotate<T>,
          .cross_entropy = cross_entropy<T>,
          .attention_gradient = attention_gradient<T>};
}

}  // namespace

namespace SMDM_LEVEL {

extern const Loops kLoops;
const Loops kLoops = {.f32 = typed_loops<float>(),
                      .bf16 = typed_loops<Bf16>(),
                      .attention_scratch = attention_scratch,
                      .adamw = adamw,
                      .round = round,
                      .sum_of_squares = sum_of_squares};

}  // namespace SMDM_LEVEL
}  // namespace smdm::training::cpu
