/// Quality against cost: what a generation task costs under many settings, next to an
/// autoregressive model. docs/tradeoff.md says what each number means.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/metrics/metric.hpp"
#include "base/text/names.hpp"
#include "results/statistics/interval.hpp"
#include "results/statistics/paired_difference.hpp"

namespace smdm::tradeoff {

/// What one document's generation took.
struct Work {
  std::int64_t forwards = 0;    ///< model calls that it took part in
  std::int64_t rows = 0;        ///< row-forwards: a guided pair is two
  std::int64_t tokens = 0;      ///< token-forwards: tokens of these rows
  std::int64_t new_tokens = 0;  ///< effective tokens: of the answer, before the first that ends it
};

/// One setting, document by document.
struct Point {
  std::string name;               ///< told apart by it: "threshold 0.9"
  std::string curve;              ///< the sweep that it is part of
  Json settings;                  ///< everything that changes its numbers
  std::vector<double> quality;    ///< [documents], what each contributes to the metric
  std::vector<Work> work;         ///< [documents]
  std::vector<double> latencies;  ///< [timed], seconds, each document computed alone
  std::vector<double> rates;      ///< [rounds], documents per second of full batches
};

/// Everything that was measured. All points have the same documents in the same order.
struct Study {
  std::string task;
  Metric metric;                      ///< a mean of one number a document
  double margin = 0.0;                ///< of the metric, that a setting may lose at most
  std::uint64_t seed = 0;             ///< of the bootstrap
  std::vector<std::size_t> clusters;  ///< see statistics/clusters.hpp
  /// [documents]: whether settings are chosen on a document; reported is on the others.
  std::vector<bool> chooses;
  std::vector<std::size_t> timed;  ///< documents whose latency was measured
  std::vector<Point> points;       ///< at least one
  std::size_t sequential = 0;      ///< the point that reveals one token a forward
  std::optional<Point> arm;        ///< the autoregressive model
};

/// What settings are compared by.
enum class Cost : std::uint8_t { row_forwards, token_forwards, latency, throughput };

inline constexpr std::array kAllCosts{
    Named<Cost>{.name = "row_forwards", .value = Cost::row_forwards},
    Named<Cost>{.name = "token_forwards", .value = Cost::token_forwards},
    Named<Cost>{.name = "latency", .value = Cost::latency},
    Named<Cost>{.name = "throughput", .value = Cost::throughput}};

/// What a point comes to over all documents.
struct Figures {
  double quality = 0.0;
  std::optional<double> standard_error;
  std::optional<Interval> interval;  ///< 95 %
  // Means over documents.
  double forwards = 0.0;
  double rows = 0.0;
  double tokens = 0.0;
  double new_tokens = 0.0;
  double tokens_per_forward = 0.0;  ///< effective tokens of all documents over their forwards
  std::optional<double> p50, p95;   ///< of latencies, seconds
  std::optional<double> rate;       ///< documents per second, the median of the rounds
  /// The point's quality less the reference's; empty where there is none.
  std::optional<PairedDifference> from_arm, from_sequential;
  bool on_front = false;  ///< no other point has as few row-forwards and as much quality
};

/// How many times cheaper, with its 95 % interval; empty where there is nothing to build it on.
struct Ratio {
  double value = 0.0;
  std::optional<Interval> interval;
};

enum class Reference : std::uint8_t { arm, sequential };

inline constexpr std::array kAllReferences{
    Named<Reference>{.name = "arm", .value = Reference::arm},
    Named<Reference>{.name = "sequential", .value = Reference::sequential}};

/// The cheapest setting that keeps a reference's quality.
struct Choice {
  Reference reference = Reference::arm;
  Cost cost = Cost::row_forwards;
  /// Points that are kept: the lower end of the interval of their difference from the reference, on
  /// the documents that choose, is above -margin.
  std::vector<std::size_t> kept;
  std::optional<std::size_t> chosen;  ///< the cheapest of these there; empty if none is kept
  // Of the chosen one, on the documents that report.
  PairedDifference difference;
  Ratio ratio;         ///< the reference's cost over its own
  bool holds = false;  ///< whether the lower end is above -margin there, too
};

/// The points of one sweep, and their area under parallelism.
struct Curve {
  std::string name;
  std::vector<std::size_t> points;
  double aup = 0.0;
  std::optional<Interval> interval;
};

struct Analysis {
  std::vector<Figures> points;  ///< of each
  std::optional<Figures> arm;
  double best_quality = 0.0;  ///< of all points and the autoregressive model: y_max of every AUP
  std::vector<Curve> curves;
  std::vector<Choice> choices;  ///< of each reference by each cost that was measured
};

/// @throws std::invalid_argument  if the study contradicts itself
[[nodiscard]] Analysis analyse(const Study& study);

}  // namespace smdm::tradeoff
