/// The difference of a metric between two runs over the same documents, with what chance
/// contributes to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/metrics/metric.hpp"
#include "results/statistics/interval.hpp"
#include "results/statistics/paired_tests.hpp"

namespace smdm {

/// The smallest difference that would have been seen with 80 % power in a two-sided test at 5 %, in
/// standard errors: the sum of the normal quantiles of 0.975 and 0.80.
inline constexpr double kDetectable = 2.80;

struct PairedDifference {
  std::size_t documents = 0;
  std::size_t clusters = 0;  ///< that documents stand in; as many where each is its own
  double a = 0.0;            ///< the metric of the first run
  double b = 0.0;            ///< the metric of the second
  double difference = 0.0;   ///< b - a
  /// Over clusters; empty for a single one, or where a bootstrap sample overflows.
  std::optional<double> standard_error;
  /// 95 %, over documents; empty where standard_error is, and where there is nothing to estimate it
  /// from: no document differs, or all by the same. It contains the Monte Carlo error, whose draws
  /// are independent between documents.
  std::optional<Interval> interval;
  /// Why there is no interval, in a few words; empty where there is one.
  std::string no_interval;
  /// kDetectable standard errors; empty where no document differs, or all by the same.
  std::optional<double> detectable;
  bool verdicts = false;  ///< whether all values of both runs are 0 or 1, of a mean
  PairedTest test = PairedTest::permutation;
  double p_value = 1.0;
  std::size_t risen = 0;    ///< documents whose value is larger in b; 0 for a list of counts
  std::size_t fallen = 0;   ///< documents whose value is smaller in b; 0 for a list of counts
  std::size_t changed = 0;  ///< documents whose value is another one
};

/// Compares a metric. Standard error and interval of
///   a mean of verdicts   s / sqrt(n) of the differences; Agresti and Min 2005, Statistics in
///                        Medicine 24, 729: half a document added to each of the four outcomes, so
///                        that an interval has a width also where no document differs
///   another mean         s / sqrt(n) of the differences; Student's t
///   anything else        bootstrap over documents, both runs drawn alike, with
///                        expanded_interval(); with fewer than kFewUnits documents that of a ratio
///                        to first order, with Student's t, and of another metric none
/// and where documents stand in K clusters
///   a mean         clustered_standard_error() of the differences; Student's t with K - 1 degrees.
///                  Of verdicts whose differences do not spread, Agresti and Min's as if there were
///                  K documents, so that it has a width
///   anything else  the same over clusters
/// @param a, b      [documents, metric.width], the same documents in the same order, finite;
///                  results do not depend on anything but these and the clusters, the order
///                  included
/// @param clusters  one for each document, or none, see clusters.hpp
/// @param draws     of a permutation test
/// @throws std::invalid_argument  if the sizes differ or there are no values
[[nodiscard]] PairedDifference paired_difference(const Metric& metric,
                                                 std::span<const double> a,
                                                 std::span<const double> b,
                                                 std::span<const std::size_t> clusters = {},
                                                 std::int64_t draws = kPermutations);

/// 95 % interval of a metric over documents: of verdicts Wilson's, of another mean Student's t,
/// else the bootstrap's expanded_interval(), or of fewer than kFewUnits documents that of
/// first_order_interval(). Empty for a single document that is no verdict, where documents do not
/// spread, or where a bootstrap sample overflows.
///
/// Where documents stand in K clusters, a mean has Student's t with K - 1 degrees and the clustered
/// error, anything else the bootstrap over clusters. Of verdicts that would be an interval without
/// a width where all are right, and one beyond 0 or 1 near there: they have Wilson's with the
/// effective number of documents in the place of n, which is n over the design effect (the squared
/// clustered error over share (1 - share) / n, at least 1), or K where all verdicts are equal and
/// nothing is known of it; and with Student's quantile of K - 1 degrees in the place of the normal
/// one, since the design effect is itself estimated from K clusters. Empty for one cluster.
/// @param values    [documents, metric.width], at least one document
/// @param clusters  one for each document, or none, see clusters.hpp
/// @throws std::invalid_argument  if there are no values
[[nodiscard]] std::optional<Interval> metric_interval(const Metric& metric,
                                                      std::span<const double> values,
                                                      std::span<const std::size_t> clusters = {});

}  // namespace smdm
