// Subsets and their draws. Every token gets random bits of its own, by its place in the target, and
// the order of these bits is the random order: what a token draws does not depend on how long the
// target is, so choices of different lengths hide alike as far as both go, and their differences
// vary less than their values.
#include "evaluators/subsets/draws.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

namespace smdm {

std::vector<std::size_t> random_order(const RandomStream& stream,
                                      std::int64_t step,
                                      std::size_t length) {
  std::vector<std::uint64_t> keys(length);
  for (std::size_t i = 0; i < length; ++i) {
    const auto place = 2 * static_cast<std::int64_t>(i);
    const std::uint64_t high = stream.bits(step, place);
    keys[i] = high << 32U | stream.bits(step, place + 1);
  }
  std::vector<std::size_t> order(length);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return keys[a] != keys[b] ? keys[a] < keys[b] : a < b;
  });
  return order;
}

namespace {

/// Exactly uniform on 0..range - 1: draws that would make some values likelier are thrown away.
std::size_t uniform_below(const RandomStream& stream, std::int64_t step, std::size_t range) {
  constexpr std::uint64_t kValues = std::uint64_t{1} << 32U;
  const auto fair = kValues - kValues % range;
  for (std::int64_t place = 0;; ++place) {
    const std::uint64_t bits = stream.bits(step, place);
    if (bits < fair) return bits % range;
  }
}

}  // namespace

std::vector<Subset> all_subsets(std::size_t length) {
  if (length < 1 || length > kMaxEnumerated) {
    throw std::invalid_argument("subsets: wanted 1.." + std::to_string(kMaxEnumerated) +
                                " tokens, got " + std::to_string(length));
  }
  std::vector<Subset> subsets;
  subsets.reserve((std::size_t{1} << length) - 1);
  for (std::size_t bits = 1; bits < std::size_t{1} << length; ++bits) {
    Subset& subset = subsets.emplace_back();
    for (std::size_t i = 0; i < length; ++i) {
      if ((bits >> i & 1U) != 0) subset.push_back(i);
    }
  }
  return subsets;
}

std::int64_t subset_count(std::size_t length) {
  constexpr std::size_t kBits = 63;
  if (length >= kBits) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>((std::uint64_t{1} << length) - 1);
}

double exact_weight(std::size_t length, std::size_t size) {
  double binomial = 1.0;
  for (std::size_t k = 1; k <= size; ++k) {
    binomial = binomial * static_cast<double>(length - size + k) / static_cast<double>(k);
  }
  return 1.0 / (static_cast<double>(size) * binomial);
}

LevelDistribution::LevelDistribution(std::size_t length) {
  if (length < 1) throw std::invalid_argument("levels: wanted at least one token, got none");
  double sum = 0.0;
  for (std::size_t level = 1; level <= length; ++level) {
    sum += 1.0 / std::sqrt(static_cast<double>(level));
    probability_.push_back(1.0 / std::sqrt(static_cast<double>(level)));
    cumulative_.push_back(sum);
  }
  for (auto& value : probability_) value /= sum;
  for (auto& value : cumulative_) value /= sum;
}

std::size_t LevelDistribution::quantile(double v) const {
  const auto above = std::ranges::upper_bound(cumulative_, v);
  const auto index = static_cast<std::size_t>(above - cumulative_.begin());
  return std::min(index + 1, cumulative_.size());  // rounding may leave the last sum below 1
}

FixedCountDraws::FixedCountDraws(std::uint64_t seed, std::span<const std::int64_t> content)
    : sizes_(seed, Purpose::fixed_count_size, content),
      order_(seed, Purpose::fixed_count_order, content) {}

Subset FixedCountDraws::subset(std::int64_t sample, std::size_t length) const {
  const auto size = 1 + uniform_below(sizes_, sample, length);
  auto subset = random_order(order_, sample, length);
  subset.resize(size);
  std::ranges::sort(subset);
  return subset;
}

FoldDraws::FoldDraws(std::uint64_t seed, std::span<const std::int64_t> content, FoldPurpose purpose)
    : levels_(
          seed,
          purpose == FoldPurpose::estimate ? Purpose::balanced_level : Purpose::correction_level,
          content),
      order_(seed,
             purpose == FoldPurpose::estimate ? Purpose::balanced_order : Purpose::correction_order,
             content) {}

std::vector<std::size_t> FoldDraws::levels(std::int64_t fold,
                                           std::int64_t block,
                                           std::size_t rows,
                                           const LevelDistribution& q) const {
  // Systematic sampling: one uniform for all rows of a block, so that how often a level comes is
  // never more than one row away from what q asks for.
  const auto offset = levels_.uniform(fold, block);
  std::vector<std::size_t> levels;
  levels.reserve(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    levels.push_back(q.quantile((offset + static_cast<double>(r)) / static_cast<double>(rows)));
  }
  return levels;
}

std::vector<std::size_t> FoldDraws::order(std::int64_t fold, std::size_t length) const {
  return random_order(order_, fold, length);
}

}  // namespace smdm
