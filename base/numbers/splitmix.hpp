/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): its output function, for hashes and counters,
/// and the random numbers of resampling. The same on every platform, and nothing global.
#pragma once

#include <cstddef>
#include <cstdint>

namespace smdm {

/// By what the counter goes on: 2^64 divided by the golden ratio, made odd.
inline constexpr std::uint64_t kSplitMixIncrement = 0x9e3779b97f4a7c15U;

/// The output function: every bit of the result depends on every bit of the word.
[[nodiscard]] constexpr std::uint64_t split_mix(std::uint64_t word) noexcept {
  word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
  word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
  return word ^ (word >> 31U);
}

/// Takes one more word into a hash.
[[nodiscard]] constexpr std::uint64_t split_mix_join(std::uint64_t hash,
                                                     std::uint64_t word) noexcept {
  return split_mix((hash ^ word) + kSplitMixIncrement);
}

/// The output function on a plain counter.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += kSplitMixIncrement;
    return split_mix(state_);
  }

 private:
  std::uint64_t state_;
};

/// Uniform on 0..bound-1 without bias (Lemire 2019, arXiv:1805.10941), from the upper 32 bits of a
/// draw.
class DrawBelow {
 public:
  /// @param bound  at least 1
  explicit DrawBelow(std::uint32_t bound) : bound_(bound), rejected_below_((0U - bound) % bound) {}

  std::size_t operator()(SplitMix64& draws) const {
    while (true) {
      const std::uint64_t product = (draws.next() >> 32U) * bound_;
      if (static_cast<std::uint32_t>(product) >= rejected_below_) {
        return static_cast<std::size_t>(product >> 32U);
      }
    }
  }

 private:
  std::uint32_t bound_;
  std::uint32_t rejected_below_;  ///< 2^32 mod bound
};

}  // namespace smdm
