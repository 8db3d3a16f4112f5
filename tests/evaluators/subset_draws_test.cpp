#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include "evaluators/subsets/draws.hpp"
#include "evaluators/subsets/folds.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

const std::vector<std::int64_t> kContent = {2, 7, 1, 8};

/// Pearson's statistic against equal counts.
double chi_square(const std::vector<std::int64_t>& counts) {
  const auto total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const auto expected = static_cast<double>(total) / static_cast<double>(counts.size());
  double sum = 0.0;
  for (const auto count : counts) {
    sum += (static_cast<double>(count) - expected) * (static_cast<double>(count) - expected);
  }
  return sum / expected;
}

/// Above it lies one in 10^5 of the statistics of equal chances (Wilson and Hilferty 1931).
double chi_square_limit(std::size_t cells) {
  constexpr double kNormal = 4.265;
  const auto degrees = static_cast<double>(cells - 1);
  const auto ninth = 2.0 / (9.0 * degrees);
  return degrees * std::pow(1.0 - ninth + kNormal * std::sqrt(ninth), 3.0);
}

/// Sizes that `budget` samples of one content hide, over many seeds.
template <typename Size>
std::vector<std::int64_t> counts_of_sizes(std::size_t length, std::int64_t budget, Size size) {
  constexpr std::int64_t kDraws = 4000;
  std::vector<std::int64_t> counts(length);
  for (std::int64_t seed = 0; seed * budget < kDraws; ++seed) {
    for (std::int64_t sample = 0; sample < budget; ++sample) {
      counts[size(static_cast<std::uint64_t>(seed), sample) - 1] += 1;
    }
  }
  return counts;
}

TEST_CASE("fixed-count hides a uniform number of tokens") {
  for (std::size_t length = 2; length <= 40; ++length) {
    for (const std::int64_t budget : {1, 4, 32, 128}) {
      const auto counts =
          counts_of_sizes(length, budget, [&](std::uint64_t seed, std::int64_t sample) {
            return FixedCountDraws(seed, kContent).subset(sample, length).size();
          });
      INFO("length " << length << ", budget " << budget);
      CHECK(chi_square(counts) < chi_square_limit(length));
    }
  }
  CHECK(FixedCountDraws(1, kContent).subset(0, 1) == Subset{0});
}

TEST_CASE("the form that rounds half to even is caught by the same statistic") {
  // A published code draws k uniform on 1..L and spreads a budget of b rows as k + j L / b, rounded
  // and wrapped: where j L / b ends in a half, only even numbers come out.
  for (const std::size_t length : {3U, 5U, 39U}) {
    for (const std::int64_t budget : {2, 4}) {
      const auto counts =
          counts_of_sizes(length, budget, [&](std::uint64_t seed, std::int64_t sample) {
            const auto k = FixedCountDraws(seed, kContent).subset(0, length).size();
            const auto step = static_cast<double>(length) / static_cast<double>(budget);
            const auto at = static_cast<double>(k) + static_cast<double>(sample) * step;
            return 1 + (static_cast<std::size_t>(std::nearbyint(at)) - 1) % length;
          });
      INFO("length " << length << ", budget " << budget << ": " << chi_square(counts));
      CHECK(chi_square(counts) > chi_square_limit(length));
    }
  }
}

TEST_CASE("fixed-count hides every subset of a size equally often") {
  constexpr std::size_t kLength = 5;
  std::map<std::size_t, std::map<Subset, std::int64_t>> seen;
  const FixedCountDraws draws(7, kContent);
  for (std::int64_t sample = 0; sample < 40000; ++sample) {
    const auto subset = draws.subset(sample, kLength);
    REQUIRE(std::ranges::is_sorted(subset));
    seen[subset.size()][subset] += 1;
  }
  const std::vector<std::size_t> binomials = {5, 10, 10, 5, 1};
  for (const auto& [size, subsets] : seen) {
    std::vector<std::int64_t> counts;
    for (const auto& [subset, count] : subsets) counts.push_back(count);
    REQUIRE(counts.size() == binomials[size - 1]);
    if (counts.size() > 1) CHECK(chi_square(counts) < chi_square_limit(counts.size()));
  }
}

TEST_CASE("levels have the probabilities that they are said to have") {
  for (const std::size_t length : {1U, 2U, 7U, 30U}) {
    const LevelDistribution q(length);
    double sum = 0.0;
    for (std::size_t level = 1; level <= length; ++level) {
      sum += q.probability(level);
      CHECK(q.probability(level) ==
            Approx(q.probability(1) / std::sqrt(static_cast<double>(level))));
    }
    CHECK(sum == Approx(1.0));
    CHECK(q.quantile(0.0) == 1);
    CHECK(q.quantile(1.0 - 1e-16) == length);
    CHECK(q.quantile(1.0) == length);
    for (const std::size_t rows : {1U, 3U, 8U}) {  // the mean over a block's rows is q
      std::vector<double> counts(length);
      constexpr std::int64_t kBlocks = 20000;
      const FoldDraws draws(3, kContent, FoldPurpose::estimate);
      for (std::int64_t block = 0; block < kBlocks; ++block) {
        for (const auto level : draws.levels(0, block, rows, q)) counts[level - 1] += 1.0;
      }
      for (std::size_t level = 1; level <= length; ++level) {
        const auto share = counts[level - 1] / static_cast<double>(kBlocks * rows);
        const auto p = q.probability(level);
        CHECK(std::abs(share - p) <= 4.5 * std::sqrt(p * (1.0 - p) / kBlocks) + 1e-9);
      }
    }
  }
}

TEST_CASE("every row of a fold hides a uniform subset of its size") {
  constexpr std::size_t kLength = 5;
  constexpr std::size_t kRows = 4;
  std::vector<std::map<std::size_t, std::map<Subset, std::int64_t>>> seen(2 * kRows);
  for (std::uint64_t seed = 0; seed < 40000; ++seed) {
    BalancedFolds folds(kLength, FoldDraws(seed, kContent, FoldPurpose::estimate));
    auto rows = folds.grow(0, kRows);
    for (auto& row : folds.grow(0, kRows)) rows.push_back(row);  // a second block runs on
    for (std::size_t r = 0; r < rows.size(); ++r) seen[r][rows[r].size()][rows[r]] += 1;
  }
  const std::vector<std::size_t> binomials = {5, 10, 10, 5, 1};
  for (const auto& of_row : seen) {
    for (const auto& [size, subsets] : of_row) {
      std::vector<std::int64_t> counts;
      for (const auto& [subset, count] : subsets) counts.push_back(count);
      REQUIRE(counts.size() == binomials[size - 1]);
      if (counts.size() > 1) CHECK(chi_square(counts) < chi_square_limit(counts.size()));
    }
  }
}

TEST_CASE("a fold's rows cover the tokens evenly") {
  constexpr std::size_t kLength = 7;
  BalancedFolds folds(kLength, FoldDraws(1, kContent, FoldPurpose::estimate));
  std::vector<std::size_t> hidden(kLength);
  for (const auto& row : folds.grow(0, 9)) {
    for (const auto i : row) hidden[i] += 1;
    const auto [least, most] = std::ranges::minmax(hidden);
    CHECK(most - least <= 1);
  }
}

TEST_CASE("draws depend on seed, content, purpose and fold alone") {
  const FoldDraws draws(1, kContent, FoldPurpose::estimate);
  const auto order = draws.order(0, 30);
  CHECK(order == FoldDraws(1, kContent, FoldPurpose::estimate).order(0, 30));
  CHECK(order != FoldDraws(2, kContent, FoldPurpose::estimate).order(0, 30));
  CHECK(order != FoldDraws(1, std::vector<std::int64_t>{5}, FoldPurpose::estimate).order(0, 30));
  CHECK(order != FoldDraws(1, kContent, FoldPurpose::correction).order(0, 30));
  CHECK(order != draws.order(1, 30));
  auto shorter = draws.order(0, 31);  // another length keeps the order as far as it goes
  std::erase(shorter, std::size_t{30});
  CHECK(shorter == order);
}

TEST_CASE("rows that correct draw levels and orders of their own") {
  // A share of the pairs is equal by chance: for levels the sum of squares of their probabilities.
  constexpr std::size_t kLength = 30;
  constexpr std::uint64_t kSeeds = 400;
  const LevelDistribution q(kLength);
  std::uint64_t equal_levels = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const FoldDraws estimate(seed, kContent, FoldPurpose::estimate);
    const FoldDraws correction(seed, kContent, FoldPurpose::correction);
    equal_levels += estimate.levels(0, 0, 1, q) == correction.levels(0, 0, 1, q) ? 1 : 0;
    CHECK(estimate.order(0, kLength) != correction.order(0, kLength));
  }
  double expected = 0.0;
  for (std::size_t level = 1; level <= kLength; ++level)
    expected += q.probability(level) * q.probability(level) * static_cast<double>(kSeeds);
  CHECK(std::abs(static_cast<double>(equal_levels) - expected) < 5.0 * std::sqrt(expected));
}

TEST_CASE("subsets are listed once each") {
  CHECK(all_subsets(1) == std::vector<Subset>{{0}});
  CHECK(all_subsets(3) == std::vector<Subset>{{0}, {1}, {0, 1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}});
  CHECK(subset_count(3) == 7);
  CHECK(subset_count(62) == (std::int64_t{1} << 62) - 1);
  CHECK(subset_count(1000) == std::numeric_limits<std::int64_t>::max());
  CHECK_THROWS_AS(all_subsets(0), std::invalid_argument);
  CHECK_THROWS_AS(all_subsets(kMaxEnumerated + 1), std::invalid_argument);
  double sum = 0.0;  // every token's weights over all subsets that hide it add up to 1
  for (const auto& subset : all_subsets(6)) {
    if (subset.front() == 0) sum += exact_weight(6, subset.size());
  }
  CHECK(sum == Approx(1.0));
}

}  // namespace
}  // namespace smdm
