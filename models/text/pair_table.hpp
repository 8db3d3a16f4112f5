/// What two neighbouring tokens become: the merges of byte-pair encoding.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace smdm {

/// A merge: the lower its rank the earlier it is done.
struct Merge {
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

  std::uint32_t rank = kNone;
  std::int32_t result = -1;
};

/// A table of merges by their two tokens, with open addressing.
class PairTable {
 public:
  /// @param most  how many pairs it may hold
  explicit PairTable(std::size_t most) : entries_(std::bit_ceil(2 * most + 2)) {}

  /// A pair that is set again has the last merge.
  void set(std::int32_t left, std::int32_t right, Merge merge) {
    auto& entry = entries_[place_of(key_of(left, right))];
    entry = {.key = key_of(left, right), .merge = merge};
  }

  /// @return rank kNone where the two do not merge
  [[nodiscard]] Merge find(std::int32_t left, std::int32_t right) const noexcept {
    return entries_[place_of(key_of(left, right))].merge;
  }

 private:
  struct Entry {
    std::uint64_t key = ~std::uint64_t{0};
    Merge merge;
  };

  [[nodiscard]] static std::uint64_t key_of(std::int32_t left, std::int32_t right) noexcept {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32U |
           static_cast<std::uint32_t>(right);
  }

  /// Where a key stands, or the empty place where it would.
  [[nodiscard]] std::size_t place_of(std::uint64_t key) const noexcept {
    const std::size_t mask = entries_.size() - 1;
    std::size_t place = static_cast<std::size_t>((key * 0x9E3779B97F4A7C15U) >> 20U) & mask;
    while (entries_[place].key != key && entries_[place].key != ~std::uint64_t{0})
      place = (place + 1) & mask;
    return place;
  }

  std::vector<Entry> entries_;
};

}  // namespace smdm
