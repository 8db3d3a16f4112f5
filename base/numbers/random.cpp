// A counter-based generator has no state: each draw scrambles the place at which it stands. Four
// words come of one call, so neighbouring places share one where they are asked for together.
#include "base/numbers/random.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>

#include "base/numbers/splitmix.hpp"

namespace smdm {
namespace {

constexpr std::int64_t kWordsPerBlock = 4;

/// The 64-bit product of two words, as (high, low).
std::array<std::uint32_t, 2> wide_product(std::uint32_t a, std::uint32_t b) noexcept {
  const auto product = std::uint64_t{a} * b;
  return {static_cast<std::uint32_t>(product >> 32U), static_cast<std::uint32_t>(product)};
}

double to_uniform(std::uint32_t bits) noexcept {
  return (bits + 0.5) * 0x1p-32;
}

float to_uniform_float(std::uint32_t bits) noexcept {
  return static_cast<float>(bits >> 8U) * 0x1p-24F;
}

void check_place(std::int64_t place) {
  if (place < 0) {
    throw std::invalid_argument("wanted a place of 0 or more for a random draw, got " +
                                std::to_string(place));
  }
}

}  // namespace

PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) noexcept {
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const auto [high0, low0] = wide_product(0xd2511f53U, counter[0]);
    const auto [high1, low1] = wide_product(0xcd9e8d57U, counter[2]);
    counter = {high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0};
    key[0] += 0x9e3779b9U;  // the golden ratio, and the square root of 3 less 1
    key[1] += 0xbb67ae85U;
  }
  return counter;
}

void check_seed(std::uint64_t seed) {
  if (seed > 0xffffffffU) {
    throw std::invalid_argument("wanted a seed of 0..4294967295, got " + std::to_string(seed));
  }
}

std::uint64_t content_hash(std::span<const std::int64_t> ids) noexcept {
  auto hash = split_mix(ids.size() + kSplitMixIncrement);
  for (const auto id : ids) hash = split_mix_join(hash, static_cast<std::uint64_t>(id));
  return hash;
}

RandomStream::RandomStream(std::uint64_t seed,
                           Purpose purpose,
                           std::span<const std::int64_t> content)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(purpose)},
      content_(content_hash(content)) {
  check_seed(seed);
}

PhiloxCounter RandomStream::block(std::int64_t step, std::int64_t index) const {
  constexpr std::int64_t kSteps = 0x100000000;
  constexpr std::int64_t kBlocks = 0x800000000;
  if (step < 0 || step >= kSteps || index < 0 || index >= kBlocks) {
    throw std::invalid_argument(
        "wanted a random draw at a step below 2^32 and a place below 2^37, got step " +
        std::to_string(step) + ", block " + std::to_string(index) + " of four places");
  }
  // A counter has one word for the block. What goes beyond it joins the purpose, which uses no more
  // than the low 8 bits of its word.
  constexpr unsigned kPurposeBits = 8;
  const auto block = static_cast<std::uint64_t>(index);
  const auto beyond = static_cast<std::uint32_t>(block >> 32U);
  return philox({static_cast<std::uint32_t>(content_), static_cast<std::uint32_t>(content_ >> 32U),
                 static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(block)},
                {key_[0], key_[1] | (beyond << kPurposeBits)});
}

std::uint32_t RandomStream::bits(std::int64_t step, std::int64_t place) const {
  check_place(place);
  return block(step, place / kWordsPerBlock)[static_cast<std::size_t>(place % kWordsPerBlock)];
}

double RandomStream::uniform(std::int64_t step, std::int64_t place) const {
  return to_uniform(bits(step, place));
}

float RandomStream::uniform_float(std::int64_t step, std::int64_t place) const {
  return to_uniform_float(bits(step, place));
}

void RandomStream::uniform_floats(std::int64_t step, std::span<float> out) const {
  PhiloxCounter words{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto word = i % kWordsPerBlock;
    if (word == 0) words = block(step, static_cast<std::int64_t>(i / kWordsPerBlock));
    out[i] = to_uniform_float(words[word]);
  }
}

void RandomStream::uniforms(std::int64_t step,
                            std::int64_t base,
                            std::span<const std::int64_t> offsets,
                            std::span<double> out) const {
  std::int64_t current = -1;
  PhiloxCounter words{};
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const auto place = base + offsets[i];
    check_place(place);
    const auto index = place / kWordsPerBlock;
    if (index != current) words = block(step, index);
    current = index;
    out[i] = to_uniform(words[static_cast<std::size_t>(place % kWordsPerBlock)]);
  }
}

}  // namespace smdm
