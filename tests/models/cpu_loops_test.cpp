// The loops of every level that this processor can run, against the same formulas in double.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "models/cpu/levels.hpp"
#include "tests/support/catch.hpp"

namespace smdm::cpu {
namespace {

/// Repeatable numbers in (-scale, scale).
class Numbers {
 public:
  explicit Numbers(float scale) : scale_(scale) {}
  float operator()() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return scale_ * (static_cast<float>(state_ >> 40) / static_cast<float>(1U << 23) - 1.0F);
  }
  std::vector<float> operator()(std::size_t count) {
    std::vector<float> all(count);
    std::generate(all.begin(), all.end(), [&] { return (*this)(); });
    return all;
  }

 private:
  float scale_;
  std::uint64_t state_ = 7;
};

Bf16 bf16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return {static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16)};
}
float value(Bf16 x) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16);
}
float value(float x) {
  return x;
}

std::vector<Bf16> bf16(const std::vector<float>& all) {
  std::vector<Bf16> out;
  for (const float x : all) out.push_back(bf16(x));
  return out;
}

struct Shape {
  std::int64_t queries, past, heads, size;
  bool causal;
  std::int64_t behind = 0;

  [[nodiscard]] std::int64_t keys() const { return past + queries + behind; }
};

/// The inputs of one row: keys of one group, queries of its heads.
template <typename T>
struct Row {
  std::vector<T> query, key, value, past_key, past_value, behind_key, behind_value;

  [[nodiscard]] AttentionRow<T> view(const Shape& s, std::vector<T>& out) const {
    out.assign(query.size(), T{});
    return {.query = query.data(),
            .query_stride = s.heads * s.size,
            .queries = s.queries,
            .heads = s.heads,
            .size = s.size,
            .past_key = past_key.data(),
            .past_value = past_value.data(),
            .past_stride = s.size,
            .past = s.past,
            .behind_key = behind_key.data(),
            .behind_value = behind_value.data(),
            .behind = s.behind,
            .key = key.data(),
            .value = value.data(),
            .key_stride = s.size,
            .causal = s.causal,
            .out = out.data(),
            .out_stride = s.heads * s.size};
  }
};

Row<float> random_row(const Shape& s) {
  Numbers draw(1.5F);
  const auto count = [](std::int64_t n) { return static_cast<std::size_t>(n); };
  Row<float> row;
  row.query = draw(count(s.queries * s.heads * s.size));
  row.key = draw(count(s.queries * s.size));
  row.value = draw(count(s.queries * s.size));
  row.past_key = draw(count(s.past * s.size));
  row.past_value = draw(count(s.past * s.size));
  row.behind_key = draw(count(s.behind * s.size));
  row.behind_value = draw(count(s.behind * s.size));
  return row;
}

Row<Bf16> rounded(const Row<float>& row) {
  return {.query = bf16(row.query),
          .key = bf16(row.key),
          .value = bf16(row.value),
          .past_key = bf16(row.past_key),
          .past_value = bf16(row.past_value),
          .behind_key = bf16(row.behind_key),
          .behind_value = bf16(row.behind_value)};
}

/// Greatest difference of `out` to attention computed in double.
template <typename T>
double error_of(const Shape& s, const Row<T>& row, const std::vector<T>& out) {
  double worst = 0.0;
  const auto size = static_cast<std::size_t>(s.size);
  const auto past = static_cast<std::size_t>(s.past);
  const auto own_end = past + static_cast<std::size_t>(s.queries);
  const auto at = [&](const auto& before, const auto& own, const auto& behind, std::size_t j) {
    if (j < past) return &before[j * size];
    return j < own_end ? &own[(j - past) * size] : &behind[(j - own_end) * size];
  };
  const auto key = [&](std::size_t j) { return at(row.past_key, row.key, row.behind_key, j); };
  const auto content = [&](std::size_t j) {
    return at(row.past_value, row.value, row.behind_value, j);
  };
  const auto heads = static_cast<std::size_t>(s.heads);
  for (std::size_t i = 0; i < static_cast<std::size_t>(s.queries); ++i) {
    const auto seen = s.causal ? past + i + 1 : static_cast<std::size_t>(s.keys());
    for (std::size_t h = 0; h < heads; ++h) {
      const auto first = (i * heads + h) * size;
      std::vector<double> sum(size);
      double total = 0.0;
      for (std::size_t j = 0; j < seen; ++j) {
        double score = 0.0;
        for (std::size_t d = 0; d < size; ++d) {
          score += static_cast<double>(value(row.query[first + d])) * value(key(j)[d]);
        }
        const double weight = std::exp(score / std::sqrt(static_cast<double>(s.size)));
        total += weight;
        for (std::size_t d = 0; d < size; ++d) sum[d] += weight * value(content(j)[d]);
      }
      for (std::size_t d = 0; d < size; ++d) {
        worst = std::max(worst, std::abs(sum[d] / total - value(out[first + d])));
      }
    }
  }
  return worst;
}

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (const bool causal : {false, true}) {
    for (const std::int64_t size : {2, 8, 20, 64, 80}) {
      for (const std::int64_t past : {0, 1, 40}) {
        for (const std::int64_t queries : {1, 5, 6, 17, 33, 70}) {
          all.push_back({.queries = queries,
                         .past = past,
                         .heads = 1 + queries % 3,
                         .size = size,
                         .causal = causal,
                         .behind = causal ? 0 : (past + queries) % 4 * 9});
        }
      }
    }
  }
  return all;
}

std::vector<float> scratch_for(const Loops& loops, const Shape& s) {
  const auto floats = static_cast<std::size_t>(loops.attention_scratch(s.keys(), s.size));
  return std::vector<float>(floats, std::numeric_limits<float>::quiet_NaN());
}

}  // namespace

TEST_CASE("attention is softmax(q k / sqrt(size)) v") {
  for (const auto& level : levels()) {
    for (const auto& shape : shapes()) {
      INFO(level.name << ": " << shape.queries << " queries after " << shape.past << ", "
                      << shape.heads << " heads of " << shape.size << ", causal " << shape.causal);
      auto scratch = scratch_for(*level.loops, shape);
      const auto row = random_row(shape);
      std::vector<float> out;
      level.loops->attention_f32(row.view(shape, out), scratch.data());
      CHECK(error_of(shape, row, out) < 2e-6);
      const auto half = rounded(row);
      std::vector<Bf16> half_out;
      level.loops->attention_bf16(half.view(shape, half_out), scratch.data());
      CHECK(error_of(shape, half, half_out) < 4e-3);  // half a unit in bfloat16's last place
    }
  }
}

TEST_CASE("a causal query has the same bits alone after a cache and within its row") {
  for (const std::int64_t heads : {2, 7}) {
    for (const std::int64_t size : {20, 64}) {
      const Shape whole{.queries = 43, .past = 0, .heads = heads, .size = size, .causal = true};
      const auto row = random_row(whole);
      for (const auto& level : levels()) {
        auto scratch = scratch_for(*level.loops, whole);
        std::vector<float> out;
        level.loops->attention_f32(row.view(whole, out), scratch.data());
        const auto wanted = out;
        for (std::int64_t i = 0; i < whole.queries; ++i) {
          auto one = row.view(whole, out);
          std::vector<float> alone(static_cast<std::size_t>(heads * size));
          one.query += i * heads * size;
          one.key += i * size;
          one.value += i * size;
          one.past_key = row.key.data();
          one.past_value = row.value.data();
          one.past = i;
          one.queries = 1;
          one.out = alone.data();
          level.loops->attention_f32(one, scratch.data());
          INFO(level.name << ", " << heads << " heads of " << size << ", query " << i);
          CHECK(std::equal(alone.begin(), alone.end(), wanted.begin() + i * heads * size));
        }
      }
    }
  }
}

TEST_CASE("queries amid keys that are held have the bits that they have within their row") {
  constexpr std::int64_t kSize = 24;
  constexpr std::int64_t kHeads = 2;
  const Shape whole{.queries = 45, .past = 0, .heads = kHeads, .size = kSize, .causal = false};
  const auto row = random_row(whole);
  for (const auto& level : levels()) {
    auto scratch = scratch_for(*level.loops, whole);
    std::vector<float> wanted;
    level.loops->attention_f32(row.view(whole, wanted), scratch.data());
    for (const auto& [begin, count] : {std::pair(0, 7), {0, 45}, {13, 1}, {13, 20}, {40, 5}}) {
      std::vector<float> unused;
      auto part = row.view(whole, unused);
      std::vector<float> got(static_cast<std::size_t>(count * kHeads * kSize));
      const auto end = begin + count;
      part.query += begin * kHeads * kSize;
      part.key += begin * kSize;
      part.value += begin * kSize;
      part.queries = count;
      part.past_key = row.key.data();
      part.past_value = row.value.data();
      part.past = begin;
      part.behind_key = row.key.data() + end * kSize;
      part.behind_value = row.value.data() + end * kSize;
      part.behind = whole.queries - end;
      part.out = got.data();
      level.loops->attention_f32(part, scratch.data());
      INFO(level.name << ", queries " << begin << " to " << end);
      CHECK(std::equal(got.begin(), got.end(), wanted.begin() + begin * kHeads * kSize));
    }
  }
}

TEST_CASE("log_sum_exp and its maximum") {
  for (const auto& level : levels()) {
    for (const std::size_t width : {1, 3, 16, 31, 257, 32000}) {
      for (const float scale : {0.1F, 5.0F, 300.0F}) {
        const auto x = Numbers(scale)(width);
        const auto half = bf16(x);
        double sum = 0.0;
        double half_sum = 0.0;
        const float best = *std::max_element(x.begin(), x.end());
        const float half_best = value(bf16(best));
        for (const float y : x) sum += std::exp(static_cast<double>(y) - best);
        for (const auto y : half) half_sum += std::exp(static_cast<double>(value(y)) - half_best);
        float maximum = 0.0F;
        float log_sum = 0.0F;
        INFO(level.name << ", " << width << " of scale " << scale);
        level.loops->log_sum_exp_f32(x.data(), static_cast<std::int64_t>(width), &maximum,
                                     &log_sum);
        CHECK(maximum == best);
        CHECK(std::abs(log_sum - std::log(sum)) < 1e-5);
        level.loops->log_sum_exp_bf16(half.data(), static_cast<std::int64_t>(width), &maximum,
                                      &log_sum);
        CHECK(maximum == half_best);
        CHECK(std::abs(log_sum - std::log(half_sum)) < 1e-5);
        double exact = 0.0;
        level.loops->log_sum_exp_f32_f64(x.data(), static_cast<std::int64_t>(width), &maximum,
                                         &exact);
        CHECK(maximum == best);
        CHECK(std::abs(exact - std::log(sum)) < 1e-13);
        level.loops->log_sum_exp_bf16_f64(half.data(), static_cast<std::int64_t>(width), &maximum,
                                          &exact);
        CHECK(maximum == half_best);
        CHECK(std::abs(exact - std::log(half_sum)) < 1e-13);
      }
    }
  }
}

TEST_CASE("log_sum_exp passes on what is not a number") {
  for (const auto& level : levels()) {
    std::vector<float> x(40, 1.0F);
    for (const std::size_t at : {0, 17, 39}) {
      auto broken = x;
      broken[at] = std::numeric_limits<float>::quiet_NaN();
      float maximum = 0.0F;
      float log_sum = 0.0F;
      level.loops->log_sum_exp_f32(broken.data(), 40, &maximum, &log_sum);
      CHECK(std::isnan(log_sum));
      double exact = 0.0;
      level.loops->log_sum_exp_f32_f64(broken.data(), 40, &maximum, &exact);
      CHECK(std::isnan(exact));
      // A token that cannot come adds nothing.
      broken[at] = -std::numeric_limits<float>::infinity();
      level.loops->log_sum_exp_f32_f64(broken.data(), 40, &maximum, &exact);
      CHECK(std::abs(exact - std::log(39.0)) < 1e-14);
      level.loops->log_sum_exp_f32(broken.data(), 40, &maximum, &log_sum);
      CHECK(std::abs(log_sum - std::log(39.0)) < 1e-6);
    }
  }
}

TEST_CASE("the place of the largest number is the first of several, or of what is no number") {
  const auto place = [](const Loops& loops, const std::vector<float>& x) {
    const auto width = static_cast<std::int64_t>(x.size());
    const auto found = loops.largest_f32(x.data(), width);
    CHECK(loops.largest_bf16(bf16(x).data(), width) == found);
    return found;
  };
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const auto& level : levels()) {
    INFO(level.name);
    for (const std::size_t width : {1, 3, 16, 37, 260}) {
      for (std::size_t at = 0; at < width; at += 1 + width / 7) {
        std::vector<float> x(width, -2.0F);
        x[at] = 1.5F;
        x.back() = 1.5F;
        const auto wanted = static_cast<std::int64_t>(at);
        CHECK(place(*level.loops, x) == wanted);
        x[at] = kInfinity;
        CHECK(place(*level.loops, x) == wanted);
        x.assign(width, kInfinity);
        x[at] = std::numeric_limits<float>::quiet_NaN();
        x.back() = x[at];
        CHECK(level.loops->largest_f32(x.data(), static_cast<std::int64_t>(width)) == wanted);
        x.assign(width, -kInfinity);
        CHECK(place(*level.loops, x) == 0);
        x[at] = std::numeric_limits<float>::lowest() / 1.01F;
        CHECK(place(*level.loops, x) == wanted);
      }
    }
  }
}

TEST_CASE("swiglu at every width and for extreme gates") {
  for (const auto& level : levels()) {
    for (const std::int64_t width : {1, 7, 16, 45}) {
      auto x = Numbers(8.0F)(static_cast<std::size_t>(2 * width));
      x.front() = -200.0F;
      if (width > 7) x[5] = 200.0F;
      std::vector<float> out(static_cast<std::size_t>(width) + 1, -1.0F);
      std::vector<Bf16> half_out(out.size());
      const auto half = bf16(x);
      level.loops->swiglu_f32(x.data(), x.data() + width, width, out.data());
      level.loops->swiglu_bf16(half.data(), half.data() + width, width, half_out.data());
      CHECK(out.back() == -1.0F);
      CHECK(half_out.back().bits == 0);
      for (std::size_t i = 0; i + 1 < out.size(); ++i) {
        const auto silu = [](double g) { return g / (1.0 + std::exp(-g)); };
        const auto up = i + static_cast<std::size_t>(width);
        INFO(level.name << ", width " << width << ", element " << i);
        const double wanted = silu(x[i]) * x[up];
        CHECK(std::abs(out[i] - wanted) <= 1e-6 * (1e-3 + std::abs(wanted)));
        const float gate = value(bf16(static_cast<float>(silu(value(half[i])))));
        const float half_wanted = value(bf16(gate * value(half[up])));
        CHECK(std::abs(value(half_out[i]) - half_wanted) <= 0.008 * std::abs(half_wanted) + 1e-30);
      }
    }
  }
}

}  // namespace smdm::cpu
