/// Ranks of leaderboard entries with what chance leaves open: which entries may be ranked against
/// each other at all, and in which interval the rank of each lies.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/metrics/metric.hpp"
#include "results/export/leaderboard.hpp"
#include "results/export/sample_values.hpp"

namespace smdm {

/// The chance of any wrong difference within an order, by Holm's correction.
inline constexpr double kRankLevel = 0.05;

/// The most entries of an order whose pairs are tested by drawing permutations: 780 pairs, each of
/// which may need some 30 000 draws.
inline constexpr std::size_t kMostDrawn = 40;

/// What entries have in common that may be ranked against each other: the same table, task,
/// version, data, documents, prompts and metric, the same kind of bound (of ranking scores, the
/// same score), and, where the metric is
/// one per token, the same tokenizer; such an entry without a tokenizer's digest shares its order
/// with those of the same model alone. Texts sort as orders are numbered.
[[nodiscard]] std::string order_of(const Json& entry);

/// Whether values of the metric mean something for one tokenizer only.
[[nodiscard]] bool is_per_token(const Json& entry);

/// A rank interval among m entries: [1 + the better ones, m - the worse ones].
struct RankInterval {
  std::size_t low = 1;
  std::size_t high = 1;

  bool operator==(const RankInterval&) const = default;
};

/// The rank intervals of one order. Two entries differ where their paired test over documents says
/// so at kRankLevel, corrected over all pairs of the order. Where bounds of the p-value of a
/// permutation test say which it is, nothing is drawn (swap_bounds.hpp). Else permutations are
/// drawn often enough for the correction, 40 times for each pair that is not clear already and at
/// least kPermutations times; where a thousand draws give a p-value above twice the level, it stays
/// at that. An order of more than kMostDrawn entries whose tests may draw permutations is not
/// tested.
/// @param metric     which they share
/// @param documents  of each entry, the same documents in the same order; null: compared with none,
///                   neither better nor worse
[[nodiscard]] std::vector<RankInterval> rank_intervals(
    const Metric& metric, std::span<const DocumentValues* const> documents);

/// Gives every entry its rank. REQUIRES: entries are in the leaderboard's order, on which the last
/// digits of p-values may depend.
/// @param folder  that the leaderboard is in
/// @return a line for each samples file that could not be used, and for each order not tested
[[nodiscard]] std::vector<std::string> rank_entries(const std::filesystem::path& folder,
                                                    Leaderboard& leaderboard);

}  // namespace smdm
