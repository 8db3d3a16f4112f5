/// Tests of whether two runs over the same documents differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/metrics/metric.hpp"

namespace smdm {

/// Draws of a permutation test: the smallest p-value is 1 / (draws + 1).
inline constexpr std::int64_t kPermutations = 10000;

/// Draws for the tests of a family that holm() corrects: kPermutations, or 1000 for each metric if
/// that is more, so that the smallest p-value is 0.001 at most after correction, well below any
/// level.
/// @param metrics  in the family
[[nodiscard]] std::int64_t permutations_for(std::size_t metrics);

/// Exact McNemar test, two-sided: how likely a split of the documents that differ is that is at
/// least as uneven, if either run may win each of them alike. 1 where none differs.
/// @param only_a, only_b  documents on which one run alone is right
[[nodiscard]] double mcnemar_p_value(std::size_t only_a, std::size_t only_b);

/// Permutation test, two-sided: the difference between the metrics of two runs, against that after
/// every cluster of documents has changed sides or not, each with the chance 1/2. The metric is
/// computed anew for every draw, so that it may be one of the whole corpus.
/// @param a, b      [documents, metric.width], row-major: the same documents in the same order, at
///                  least one
/// @param clusters  one for each document, or none, see clusters.hpp
/// @param draws     at least 1
/// @return (k + 1) / (draws + 1), k counting the draws at least as far from 0 as what was observed,
///         up to rounding, or not finite: 1 where the metric overflows for a run. A function of the
///         arguments alone, the order of documents included.
/// @throws std::invalid_argument  if a limit above is broken
[[nodiscard]] double permutation_p_value(const Metric& metric,
                                         std::span<const double> a,
                                         std::span<const double> b,
                                         std::span<const std::size_t> clusters = {},
                                         std::int64_t draws = kPermutations,
                                         std::uint64_t seed = 0);

/// Whether the metric is a mean and its values are all 0 or 1, as those of a verdict.
[[nodiscard]] bool are_verdicts(const Metric& metric, std::span<const double> values);

enum class PairedTest : std::uint8_t {
  mcnemar,              ///< exact, for metrics that are 0 or 1 on every document of both runs
  permutation,          ///< swaps of documents
  cluster_permutation,  ///< the same of whole clusters of documents, of verdicts too
};

/// The name of a test in every file we write.
[[nodiscard]] constexpr const char* to_string(PairedTest test) noexcept {
  switch (test) {
    case PairedTest::mcnemar:
      return "mcnemar";
    case PairedTest::permutation:
      return "permutation";
    case PairedTest::cluster_permutation:
      return "cluster_permutation";
  }
  return "";
}

struct PairedTestResult {
  PairedTest test = PairedTest::permutation;
  double p_value = 1.0;
};

/// The test that suits the values: McNemar's takes documents for independent of each other, so that
/// it is none where they stand in clusters.
/// @param clusters  one for each document, or none, see clusters.hpp
/// @throws std::invalid_argument  as permutation_p_value() does
[[nodiscard]] PairedTestResult paired_test(const Metric& metric,
                                           std::span<const double> a,
                                           std::span<const double> b,
                                           std::span<const std::size_t> clusters = {},
                                           std::int64_t draws = kPermutations);

/// Holm's step-down correction (Holm 1979): the p-values of a family, each raised so that
/// comparing it with a level keeps the chance of any false alarm in the family below that level.
/// @return in the order given
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

}  // namespace smdm
