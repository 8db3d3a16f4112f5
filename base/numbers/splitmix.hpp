/// Random numbers of resampling: the same on every platform, and nothing global.
#pragma once

#include <cstddef>
#include <cstdint>

namespace smdm {

/// SplitMix64 (Steele, Lea and Flood 2014): an output function on a plain counter.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
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
