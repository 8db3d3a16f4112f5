/// Python's random.Random and json.dumps, as far as lm-evaluation-harness's pinned hashes use them.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"

namespace smdm::test {

/// MT19937 as Python seeds and reads it (Matsumoto and Nishimura 1998; CPython
/// Modules/_randommodule).
class PythonRandom {
 public:
  explicit PythonRandom(std::uint32_t seed) {
    // init_by_array with the one word of a small seed
    seed_state(19650218);
    std::uint32_t i = 1;
    for (std::uint32_t k = 0; k < kWords; ++k) {
      state_[i] = (state_[i] ^ (mixed(i - 1) * 1664525U)) + seed;
      i = next_index(i);
    }
    for (std::uint32_t k = 0; k + 1 < kWords; ++k) {
      state_[i] = (state_[i] ^ (mixed(i - 1) * 1566083941U)) - i;
      i = next_index(i);
    }
    state_[0] = 0x80000000U;
  }

  /// random(): 53 bits in [0, 1)
  double random() {
    const std::uint32_t a = word() >> 5;
    const std::uint32_t b = word() >> 6;
    return (a * 67108864.0 + b) / 9007199254740992.0;
  }

  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i-- > 1;) {
      std::swap(items[i], items[below(static_cast<std::uint32_t>(i + 1))]);
    }
  }

 private:
  static constexpr std::uint32_t kWords = 624;

  void seed_state(std::uint32_t seed) {
    state_[0] = seed;
    for (std::uint32_t i = 1; i < kWords; ++i) state_[i] = mixed(i - 1) * 1812433253U + i;
    used_ = kWords;
  }

  [[nodiscard]] std::uint32_t mixed(std::uint32_t i) const { return state_[i] ^ (state_[i] >> 30); }

  std::uint32_t next_index(std::uint32_t i) {
    if (i + 1 < kWords) return i + 1;
    state_[0] = state_[kWords - 1];
    return 1;
  }

  std::uint32_t below(std::uint32_t n) {
    const int bits = std::bit_width(n);
    std::uint32_t drawn = n;
    while (drawn >= n) drawn = word() >> (32 - bits);
    return drawn;
  }

  std::uint32_t word() {
    if (used_ == kWords) refill();
    std::uint32_t y = state_[used_++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680U;
    y ^= (y << 15) & 0xefc60000U;
    return y ^ (y >> 18);
  }

  void refill() {
    for (std::uint32_t k = 0; k < kWords; ++k) {
      const std::uint32_t y = (state_[k] & 0x80000000U) | (state_[(k + 1) % kWords] & 0x7fffffffU);
      state_[k] = state_[(k + 397) % kWords] ^ (y >> 1) ^ ((y & 1U) != 0 ? 0x9908b0dfU : 0U);
    }
    used_ = 0;
  }

  std::array<std::uint32_t, kWords> state_{};
  std::uint32_t used_ = kWords;
};

/// json.dumps(value, ensure_ascii=ascii): ", " and ": " between items.
inline std::string python_dumps(const Json& value, bool ascii) {
  if (!value.is_structured()) return value.dump(-1, ' ', ascii);
  std::string items;
  for (const auto& member : value.items()) {
    if (!items.empty()) items.append(", ");
    if (value.is_object()) items.append(Json(member.key()).dump(-1, ' ', ascii)).append(": ");
    items.append(python_dumps(member.value(), ascii));
  }
  std::string out(1, value.is_object() ? '{' : '[');
  return out.append(items).append(1, value.is_object() ? '}' : ']');
}

}  // namespace smdm::test
