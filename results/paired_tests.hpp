/// Tests of whether two runs over the same documents differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tasks/request.hpp"

namespace smdm {

/// Draws of a permutation test: the smallest p-value is 1 / (draws + 1).
inline constexpr std::int64_t kPermutations = 10000;

/// The number that a metric reports, from sums over documents.
/// @param sums       [values_per_document(aggregation)]
/// @param documents  that were added, at least 1
[[nodiscard]] double metric_of_sums(Aggregation aggregation,
                                    std::span<const double> sums,
                                    double documents);

/// Exact McNemar test, two-sided: how likely a split of the documents that differ is that is at
/// least as uneven, if either run may win each of them alike. 1 where none differs.
/// @param only_a, only_b  documents on which one run alone is right
[[nodiscard]] double mcnemar_p_value(std::size_t only_a, std::size_t only_b);

/// Permutation test of a run against n >= 1 others over the same documents, two-sided: the
/// difference between the run's metric and the mean metric of the others, against that after each
/// document's n + 1 values have been dealt out anew. With n = 1 that swaps the documents of a
/// pair. The metric is computed anew for every draw, so that it may be one of the whole corpus.
/// @param others  each [documents, values_per_document(aggregation)], row-major
/// @param run     of the same size; at least one document
/// @param draws   at least 1
/// @return (b + 1) / (draws + 1), b counting the draws at least as far from 0 as what was observed,
///         up to rounding. A function of the arguments alone, the order of documents included.
/// @throws std::invalid_argument  if a limit above is broken
[[nodiscard]] double permutation_p_value(Aggregation aggregation,
                                         std::span<const std::span<const double>> others,
                                         std::span<const double> run,
                                         std::int64_t draws = kPermutations,
                                         std::uint64_t seed = 0);

/// Holm's step-down correction (Holm 1979): the p-values of a family, each raised so that
/// comparing it with a level keeps the chance of any false alarm in the family below that level.
/// @return in the order given
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

}  // namespace smdm
