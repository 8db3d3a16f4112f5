/// Which target tokens a row hides: the subsets of the finite-variance estimators, and the random
/// draws behind them. docs/estimators.md derives what is stated here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/numbers/random.hpp"

namespace smdm {

/// Indices of target tokens, increasing.
using Subset = std::vector<std::size_t>;

/// A uniform permutation of 0..length - 1: by 64 random bits each, so that longer targets insert
/// tokens into the order of shorter ones.
/// @param step  of the stream: one permutation each
[[nodiscard]] std::vector<std::size_t> random_order(const RandomStream& stream,
                                                    std::int64_t step,
                                                    std::size_t length);

/// All non-empty subsets of `length` tokens, in binary order.
/// @param length  1..kMaxEnumerated
[[nodiscard]] std::vector<Subset> all_subsets(std::size_t length);

/// Longest target whose subsets can be listed.
inline constexpr std::size_t kMaxEnumerated = 20;

/// 2^length - 1, the number of non-empty subsets, or the largest std::int64_t where that is
/// smaller.
[[nodiscard]] std::int64_t subset_count(std::size_t length);

/// 1 / (size * C(length, size)): the weight of a subset's summed losses in the exact bound.
[[nodiscard]] double exact_weight(std::size_t length, std::size_t size);

/// How many tokens a row of `balanced` hides: q(l) proportional to l^(-1/2) for l = 1..L. Rows that
/// hide little weigh the most, so more of them are drawn.
class LevelDistribution {
 public:
  /// @param length  L >= 1
  explicit LevelDistribution(std::size_t length);

  /// @param level  1..L
  [[nodiscard]] double probability(std::size_t level) const { return probability_[level - 1]; }

  /// The lowest level whose cumulative probability is above v, 0 <= v < 1.
  [[nodiscard]] std::size_t quantile(double v) const;

 private:
  std::vector<double> probability_;
  std::vector<double> cumulative_;
};

/// The draws of `fixed-count` for one content under one seed.
class FixedCountDraws {
 public:
  FixedCountDraws(std::uint64_t seed, std::span<const std::int64_t> content);

  /// A size that is exactly uniform on 1..length, then a uniform subset of that size.
  [[nodiscard]] Subset subset(std::int64_t sample, std::size_t length) const;

 private:
  RandomStream sizes_;
  RandomStream order_;
};

/// What draws are for: rows that are averaged, or rows that correct those of a frozen prompt. The
/// two are independent.
enum class FoldPurpose : std::uint8_t { estimate, correction };

/// The draws of `balanced` for one content under one seed. Requests of one content and one length
/// share their subsets, those of other lengths the order of their tokens as far as it goes.
class FoldDraws {
 public:
  FoldDraws(std::uint64_t seed, std::span<const std::int64_t> content, FoldPurpose purpose);

  /// The levels of a block of rows: quantiles of q at (u + r) / rows for one uniform u.
  [[nodiscard]] std::vector<std::size_t> levels(std::int64_t fold,
                                                std::int64_t block,
                                                std::size_t rows,
                                                const LevelDistribution& q) const;

  /// A uniform permutation of 0..length - 1.
  [[nodiscard]] std::vector<std::size_t> order(std::int64_t fold, std::size_t length) const;

 private:
  RandomStream levels_;
  RandomStream order_;
};

}  // namespace smdm
