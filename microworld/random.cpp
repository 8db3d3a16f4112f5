#include "microworld/random.hpp"

#include <algorithm>
#include <cmath>

namespace smdm::microworld {
namespace {

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;

/// The output function of SplitMix64.
constexpr std::uint64_t mix(std::uint64_t word) {
  word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9;
  word = (word ^ (word >> 27U)) * 0x94d049bb133111eb;
  return word ^ (word >> 31U);
}

/// Takes one more word into a hash.
constexpr std::uint64_t join(std::uint64_t hash, std::uint64_t word) {
  return mix((hash ^ word) + kStep);
}

}  // namespace

Draws::Draws(std::uint64_t seed, Stream stream, std::uint64_t part, std::uint64_t index)
    : state_(join(join(join(mix(seed + kStep), static_cast<std::uint64_t>(stream)), part), index)) {
}

std::uint64_t Draws::word() noexcept {
  state_ += kStep;
  return mix(state_);
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
  std::uint64_t hash = join(mix(seed + kStep), static_cast<std::uint64_t>(Stream::split));
  for (const char letter : text) hash = join(hash, static_cast<unsigned char>(letter));
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
