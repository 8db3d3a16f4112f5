#include "microworld/random.hpp"

#include <algorithm>
#include <cmath>

#include "base/numbers/splitmix.hpp"

namespace smdm::microworld {
namespace {

/// Where the hashes of a stream begin.
std::uint64_t beginning(std::uint64_t seed, Stream stream) noexcept {
  return split_mix_join(split_mix(seed + kSplitMixIncrement), static_cast<std::uint64_t>(stream));
}

}  // namespace

Draws::Draws(std::uint64_t seed, Stream stream, std::uint64_t part, std::uint64_t index)
    : state_(split_mix_join(split_mix_join(beginning(seed, stream), part), index)) {}

std::uint64_t Draws::word() noexcept {
  state_ += kSplitMixIncrement;
  return split_mix(state_);
}

std::size_t Draws::below(std::size_t count) noexcept {
  // Words of the last, incomplete run of `count` are drawn again.
  const std::uint64_t excess = (std::uint64_t{0} - count) % count;
  std::uint64_t drawn = word();
  while (drawn < excess) drawn = word();
  return static_cast<std::size_t>(drawn % count);
}

ZipfRanks::ZipfRanks(std::size_t count, double exponent) {
  constexpr double kFirst = 1e6;
  std::uint64_t sum = 0;
  for (std::size_t rank = 1; rank <= count; ++rank) {
    const double weight = std::round(kFirst / std::pow(static_cast<double>(rank), exponent));
    sum += std::max<std::uint64_t>(1, static_cast<std::uint64_t>(weight));
    sums_.push_back(sum);
  }
}

std::size_t ZipfRanks::draw(Draws& draws) const {
  const std::uint64_t drawn = draws.below(sums_.back());
  return static_cast<std::size_t>(std::ranges::upper_bound(sums_, drawn) - sums_.begin());
}

Split split_of(std::uint64_t seed, std::string_view text) {
  std::uint64_t hash = beginning(seed, Stream::split);
  for (const char letter : text) hash = split_mix_join(hash, static_cast<unsigned char>(letter));
  switch (hash % 20) {
    case 0:
    case 1:
      return Split::test;
    case 2:
      return Split::validation;
    default:
      return Split::training;
  }
}

}  // namespace smdm::microworld
