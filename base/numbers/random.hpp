/// Every random draw of the project: a pure function of (seed, purpose, content, step, place).
///
/// No generator object exists, so nothing depends on what was drawn before: a draw that is never
/// looked at costs nothing and changes nothing. Philox4x32-10 after Salmon, Moraes, Dror and Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace smdm {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

/// Philox4x32 with ten rounds: four random words of a counter under a key.
[[nodiscard]] PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) noexcept;

/// What a draw is for: draws of different purposes are independent of each other. The numbers are
/// part of what a seed means, so they are never reused and never changed.
enum class Purpose : std::uint8_t {
  mask_rate = 1,      ///< offset of a round's mask rates (Monte Carlo likelihood)
  mask = 2,           ///< which target tokens a Monte Carlo sample hides
  unmask_choice = 3,  ///< which positions the ancestral sampler reveals
  unmask_token = 4,   ///< Gumbel noise of the samplers
  decode_token = 5,   ///< Gumbel noise of autoregressive decoding

  fixed_count_size = 6,   ///< how many tokens a row of fixed-count hides
  fixed_count_order = 7,  ///< and which
  balanced_level = 8,     ///< how many tokens the rows of a balanced block hide
  balanced_order = 9,     ///< the circular order in which a fold hides them
  correction_level = 10,  ///< the same of rows that correct a frozen prompt
  correction_order = 11,
  verdict_error = 12,  ///< how verdicts would move under other draws

  training_start = 16,        ///< parameters that training begins with
  training_order = 17,        ///< order of the rows in an epoch
  training_length = 18,       ///< which rows are cut, and where
  training_mask_rate = 19,    ///< how much of a training row is masked
  training_mask = 20,         ///< which of its tokens are
  validation_mask_rate = 21,  ///< the same of the validation rows
  validation_mask = 22,

  scaling_draw = 23,  ///< variances and normal numbers behind intervals of scaling laws

  tradeoff_half = 24,  ///< which documents of a trade-off choose settings, and which report
  retry_wait = 25,     ///< how long a request that failed waits for its next try

  reveal_order = 26,  ///< the orders in which the tokens of a target are revealed
  pilot_order = 27,   ///< those that say how many there shall be
};

/// @throws std::invalid_argument  if the seed does not fit 32 bits
void check_seed(std::uint64_t seed);

/// A 64-bit hash of a sequence of ids, the same on every machine and in every version.
///
/// h starts as mix(n + c) for n ids and takes in one id after the other as h = mix((h ^ id) + c),
/// where c = 0x9e3779b97f4a7c15 and mix is the finalizer of SplitMix64 (Steele, Lea and Flood,
/// OOPSLA 2014), all modulo 2^64.
[[nodiscard]] std::uint64_t content_hash(std::span<const std::int64_t> ids) noexcept;

/// The draws of one purpose over one content under one seed. A value: copy it freely.
///
/// With block = place / 4, the key is (seed, purpose + 2^8 (block >> 32)) and the counter (low and
/// high word of the content hash, step, low word of block); the draw is word place % 4 of the four.
/// Purposes are below 2^8, so no two draws read the same word of the same counter.
class RandomStream {
 public:
  /// @param content  what the draws belong to: the question's context, or the prompt
  /// @throws std::invalid_argument  if the seed does not fit 32 bits
  RandomStream(std::uint64_t seed, Purpose purpose, std::span<const std::int64_t> content);

  /// 32 random bits.
  /// @param step   sample, round or step, below 2^32
  /// @param place  position, or position * V + token, below 2^37
  /// @throws std::invalid_argument  beyond these limits
  [[nodiscard]] std::uint32_t bits(std::int64_t step, std::int64_t place) const;

  /// Uniform in (0, 1): (bits + 1/2) / 2^32, never nearer to 0 or 1 than kMargin.
  [[nodiscard]] double uniform(std::int64_t step, std::int64_t place) const;

  /// Uniform in [0, 1): the upper 24 bits / 2^24. P(draw < t) = t for every t of 24 bits.
  [[nodiscard]] float uniform_float(std::int64_t step, std::int64_t place) const;

  /// uniform() at the places base + offsets[i].
  /// @param offsets  ascending, for speed only
  /// @param out      as long as `offsets`
  void uniforms(std::int64_t step,
                std::int64_t base,
                std::span<const std::int64_t> offsets,
                std::span<double> out) const;

  /// uniform_float() at the places 0, 1, ... out.size() - 1.
  void uniform_floats(std::int64_t step, std::span<float> out) const;

  static constexpr double kMargin = 0x1p-33;

 private:
  [[nodiscard]] PhiloxCounter block(std::int64_t step, std::int64_t index) const;

  PhiloxKey key_;
  std::uint64_t content_;
};

}  // namespace smdm
