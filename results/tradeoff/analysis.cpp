// Settings are chosen on some documents and reported on the others, so that the best of many is not
// the luckiest of many. Everything is computed from the documents' own numbers, which the results
// file holds, so that anybody can do it again.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <span>
#include <stdexcept>
#include <utility>

#include "base/numbers/distributions.hpp"
#include "base/numbers/mean.hpp"
#include "results/statistics/clusters.hpp"
#include "results/statistics/interval.hpp"
#include "results/statistics/statistics.hpp"
#include "results/tradeoff/aup.hpp"
#include "results/tradeoff/study.hpp"

namespace smdm::tradeoff {
namespace {

using Indices = std::vector<std::size_t>;

constexpr std::int64_t kResamples = 2000;

void require(bool holds, const char* wanted) {
  if (!holds) throw std::invalid_argument(std::string("a trade-off: wanted ") + wanted);
}

void check(const Study& study) {
  require(!study.points.empty(), "at least one point");
  require(study.sequential < study.points.size(), "a point that is sequential");
  require(study.metric.is_mean && study.metric.width == 1, "a metric that is a mean");
  const auto documents = study.chooses.size();
  require(documents > 0, "at least one document");
  require(study.clusters.empty() || study.clusters.size() == documents,
          "a cluster for each document");
  const auto check_point = [&](const Point& point) {
    require(point.quality.size() == documents && point.work.size() == documents,
            "all documents of each point");
    require(point.latencies.empty() || point.latencies.size() == study.timed.size(),
            "a latency for each document that is timed");
  };
  std::ranges::for_each(study.points, check_point);
  if (study.arm) check_point(*study.arm);
}

template <typename T>
std::vector<T> some(std::span<const T> all, std::span<const std::size_t> indices) {
  std::vector<T> picked;
  picked.reserve(indices.size());
  for (const auto index : indices) picked.push_back(all[index]);
  return picked;
}

/// The clusters of some documents, numbered anew.
Indices clusters_of(const Study& study, std::span<const std::size_t> documents) {
  if (study.clusters.empty()) return {};
  std::vector<std::string> keys;
  keys.reserve(documents.size());
  for (const auto document : documents) keys.push_back(std::to_string(study.clusters[document]));
  return dense_clusters(keys);
}

/// Documents that choose, or that report.
Indices half(const Study& study, bool chooses) {
  Indices documents;
  for (std::size_t i = 0; i < study.chooses.size(); ++i) {
    if (study.chooses[i] == chooses) documents.push_back(i);
  }
  return documents;
}

Indices all_documents(const Study& study) {
  Indices documents(study.chooses.size());
  std::iota(documents.begin(), documents.end(), std::size_t{0});
  return documents;
}

/// A point's quality less a reference's, on some documents.
PairedDifference difference(const Study& study,
                            const Point& reference,
                            const Point& point,
                            std::span<const std::size_t> documents) {
  return paired_difference(study.metric, some<double>(reference.quality, documents),
                           some<double>(point.quality, documents), clusters_of(study, documents));
}

/// Whether at most the margin is lost, as far as the documents can tell.
bool keeps_quality(const PairedDifference& difference, double margin) {
  if (difference.interval) return difference.interval->low > -margin;
  // Where no document differs there is nothing to estimate an interval from.
  return difference.changed == 0 && margin > 0.0;
}

double mean_work(const Point& point, std::int64_t Work::* count) {
  double sum = 0.0;
  for (const auto& work : point.work) sum += static_cast<double>(work.*count);
  return sum / static_cast<double>(point.work.size());
}

std::optional<double> quantile_of(std::vector<double> values, double probability) {
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  return quantile(values, probability);
}

Figures figures_of(const Study& study, const Point& point) {
  constexpr double kSlow = 0.95;
  constexpr double kMiddle = 0.5;
  const auto summary = summarize(study.metric, point.quality, study.clusters);
  Figures figures{
      .quality = summary.value,
      .standard_error = study.clusters.empty() ? summary.standard_error : summary.clustered_error,
      .interval = metric_interval(study.metric, point.quality, study.clusters),
      .forwards = mean_work(point, &Work::forwards),
      .rows = mean_work(point, &Work::rows),
      .tokens = mean_work(point, &Work::tokens),
      .new_tokens = mean_work(point, &Work::new_tokens),
      .p50 = quantile_of(point.latencies, kMiddle),
      .p95 = quantile_of(point.latencies, kSlow),
      .rate = quantile_of(point.rates, kMiddle),
      .from_arm = {},
      .from_sequential = {}};
  if (figures.forwards > 0.0) figures.tokens_per_forward = figures.new_tokens / figures.forwards;
  const auto documents = all_documents(study);
  if (study.arm) figures.from_arm = difference(study, *study.arm, point, documents);
  figures.from_sequential = difference(study, study.points[study.sequential], point, documents);
  return figures;
}

/// Of several points with equal figures, each is on the front.
void mark_front(std::vector<Figures>& points) {
  for (auto& point : points) {
    point.on_front = std::ranges::none_of(points, [&](const Figures& other) {
      const bool no_worse = other.rows <= point.rows && other.quality >= point.quality;
      return no_worse && (other.rows < point.rows || other.quality > point.quality);
    });
  }
}

/// What a document costs at a point.
std::vector<double> costs(const Study& study,
                          const Point& point,
                          Cost cost,
                          std::span<const std::size_t> documents) {
  std::vector<double> values;
  if (cost == Cost::latency) {
    for (std::size_t t = 0; t < point.latencies.size(); ++t) {
      if (std::ranges::find(documents, study.timed[t]) != documents.end())
        values.push_back(point.latencies[t]);
    }
    return values;
  }
  values.reserve(documents.size());
  const auto count = cost == Cost::row_forwards ? &Work::rows : &Work::tokens;
  for (const auto document : documents)
    values.push_back(static_cast<double>(point.work[document].*count));
  return values;
}

/// The clusters of the documents that costs() speaks of.
Indices cost_clusters(const Study& study, Cost cost, std::span<const std::size_t> documents) {
  if (cost != Cost::latency) return clusters_of(study, documents);
  Indices timed;
  for (const auto document : study.timed) {
    if (std::ranges::find(documents, document) != documents.end()) timed.push_back(document);
  }
  return clusters_of(study, timed);
}

/// The reference's sum over the point's, both of the same documents: by the bootstrap over their
/// clusters.
Ratio ratio_of_sums(std::span<const double> reference,
                    std::span<const double> point,
                    Indices clusters,
                    std::uint64_t seed) {
  if (clusters.empty()) {
    clusters.resize(point.size());
    std::iota(clusters.begin(), clusters.end(), std::size_t{0});
  }
  const auto above = sum_by_cluster(reference, 1, clusters);
  const auto below = sum_by_cluster(point, 1, clusters);
  const auto sum = [](const ClusterSums& sums, std::span<const std::size_t> drawn) {
    double total = 0.0;
    for (const auto cluster : drawn) total += sums.sums[cluster];
    return total;
  };
  Indices all(above.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const auto statistic = [&](std::span<const std::size_t> drawn) {
    return sum(above, drawn) / sum(below, drawn);
  };
  Ratio ratio{.value = statistic(all), .interval = {}};
  if (all.size() > 1) {
    ratio.interval = expanded_interval(
        bootstrap_replicates(all.size(), statistic, kResamples, seed), all.size());
  }
  return ratio;
}

/// Of rates that were measured in rounds, one after the other in each: Student's t over the
/// logarithms of the rounds' ratios.
Ratio ratio_of_rates(std::span<const double> reference, std::span<const double> point) {
  std::vector<double> logs;
  for (std::size_t r = 0; r < std::min(reference.size(), point.size()); ++r)
    logs.push_back(std::log(point[r] / reference[r]));
  const auto centre = mean(logs);
  Ratio ratio{.value = std::exp(centre), .interval = {}};
  if (const auto error = mean_standard_error(logs); error && *error > 0.0) {
    const auto reach = student_t_quantile(kUpperEnd, static_cast<double>(logs.size() - 1)) * *error;
    ratio.interval = {.low = std::exp(centre - reach), .high = std::exp(centre + reach)};
  }
  return ratio;
}

Ratio cost_ratio(const Study& study,
                 const Point& reference,
                 const Point& point,
                 Cost cost,
                 std::span<const std::size_t> documents) {
  if (cost == Cost::throughput) return ratio_of_rates(reference.rates, point.rates);
  return ratio_of_sums(costs(study, reference, cost, documents),
                       costs(study, point, cost, documents), cost_clusters(study, cost, documents),
                       study.seed);
}

/// What settings are chosen by: the less, the cheaper.
double mean_cost(const Study& study,
                 const Point& point,
                 Cost cost,
                 std::span<const std::size_t> documents) {
  if (cost == Cost::throughput) return -quantile_of(point.rates, 0.5).value_or(0.0);
  return mean(costs(study, point, cost, documents));
}

bool is_measured(const Study& study,
                 const Point& reference,
                 Cost cost,
                 std::span<const std::size_t> documents) {
  const auto has = [&](const Point& point) {
    return cost == Cost::throughput ? !point.rates.empty()
                                    : !costs(study, point, cost, documents).empty();
  };
  return has(reference) && std::ranges::all_of(study.points, has);
}

Choice choose(const Study& study, Reference name, const Point& reference, Cost cost) {
  const auto choosing = half(study, true);
  const auto reporting = half(study, false);
  Choice choice{
      .reference = name, .cost = cost, .kept = {}, .chosen = {}, .difference = {}, .ratio = {}};
  for (std::size_t p = 0; p < study.points.size(); ++p) {
    if (keeps_quality(difference(study, reference, study.points[p], choosing), study.margin))
      choice.kept.push_back(p);
  }
  if (choice.kept.empty()) return choice;
  choice.chosen = *std::ranges::min_element(choice.kept, {}, [&](std::size_t p) {
    return mean_cost(study, study.points[p], cost, choosing);
  });
  const auto& chosen = study.points[*choice.chosen];
  choice.difference = difference(study, reference, chosen, reporting);
  choice.ratio = cost_ratio(study, reference, chosen, cost, reporting);
  choice.holds = keeps_quality(choice.difference, study.margin);
  return choice;
}

std::vector<Choice> choices_of(const Study& study) {
  std::vector<Choice> choices;
  const auto choosing = half(study, true);
  const auto reporting = half(study, false);
  if (choosing.empty() || reporting.empty()) return choices;
  const auto add = [&](Reference name, const Point& reference) {
    for (const auto& cost : kAllCosts) {
      if (is_measured(study, reference, cost.value, choosing) &&
          is_measured(study, reference, cost.value, reporting))
        choices.push_back(choose(study, name, reference, cost.value));
    }
  };
  if (study.arm) add(Reference::arm, *study.arm);
  add(Reference::sequential, study.points[study.sequential]);
  return choices;
}

/// Sums of a point over clusters of documents, for resampling.
struct PointSums {
  ClusterSums quality, new_tokens, forwards;
};

PointSums sums_of(const Point& point, std::span<const std::size_t> clusters) {
  std::vector<double> tokens;
  std::vector<double> forwards;
  for (const auto& work : point.work) {
    tokens.push_back(static_cast<double>(work.new_tokens));
    forwards.push_back(static_cast<double>(work.forwards));
  }
  return {.quality = sum_by_cluster(point.quality, 1, clusters),
          .new_tokens = sum_by_cluster(tokens, 1, clusters),
          .forwards = sum_by_cluster(forwards, 1, clusters)};
}

Parallel parallel_of(const PointSums& point, std::span<const std::size_t> drawn) {
  double quality = 0.0;
  double documents = 0.0;
  double tokens = 0.0;
  double forwards = 0.0;
  for (const auto cluster : drawn) {
    quality += point.quality.sums[cluster];
    documents += point.quality.documents[cluster];
    tokens += point.new_tokens.sums[cluster];
    forwards += point.forwards.sums[cluster];
  }
  constexpr double kPercent = 100.0;
  return {.tokens_per_forward = forwards > 0.0 ? tokens / forwards : 0.0,
          .quality = kPercent * quality / documents};
}

/// The points of each curve, in the order in which curves first occur.
std::vector<Curve> curves_of(const Study& study) {
  std::vector<Curve> curves;
  for (std::size_t p = 0; p < study.points.size(); ++p) {
    const auto& name = study.points[p].curve;
    auto curve = std::ranges::find(curves, name, &Curve::name);
    if (curve == curves.end())
      curve = curves.insert(curves.end(), {.name = name, .points = {}, .interval = {}});
    curve->points.push_back(p);
  }
  return curves;
}

/// The area of each curve on some of the clusters, with the best quality there.
std::vector<double> areas(const std::vector<Curve>& curves,
                          const std::vector<PointSums>& points,
                          const std::optional<PointSums>& arm,
                          std::span<const std::size_t> drawn) {
  std::vector<Parallel> all;
  all.reserve(points.size());
  double best = arm ? parallel_of(*arm, drawn).quality : 0.0;
  for (const auto& point : points) {
    all.push_back(parallel_of(point, drawn));
    best = std::max(best, all.back().quality);
  }
  std::vector<double> values;
  values.reserve(curves.size());
  for (const auto& curve : curves)
    values.push_back(area_under_parallelism(some<Parallel>(all, curve.points), best));
  return values;
}

/// All curves are drawn on the same documents, so that the best quality is, too.
void add_areas(const Study& study, std::vector<Curve>& curves) {
  auto clusters = study.clusters;
  if (clusters.empty()) clusters = all_documents(study);
  std::vector<PointSums> points;
  points.reserve(study.points.size());
  for (const auto& point : study.points) points.push_back(sums_of(point, clusters));
  const auto arm = study.arm ? std::optional(sums_of(*study.arm, clusters)) : std::nullopt;
  Indices all(points.front().quality.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const auto values = areas(curves, points, arm, all);
  std::vector<std::vector<double>> replicates(curves.size());
  const auto draw = [&](std::span<const std::size_t> drawn) {
    const auto own = areas(curves, points, arm, drawn);
    for (std::size_t c = 0; c < own.size(); ++c) replicates[c].push_back(own[c]);
    return 0.0;
  };
  if (all.size() > 1)
    static_cast<void>(bootstrap_replicates(all.size(), draw, kResamples, study.seed));
  for (std::size_t c = 0; c < curves.size(); ++c) {
    curves[c].aup = values[c];
    if (all.size() > 1) curves[c].interval = expanded_interval(replicates[c], all.size());
  }
}

}  // namespace

Analysis analyse(const Study& study) {
  check(study);
  Analysis analysis;
  for (const auto& point : study.points) {
    analysis.points.push_back(figures_of(study, point));
    analysis.best_quality = std::max(analysis.best_quality, analysis.points.back().quality);
  }
  mark_front(analysis.points);
  if (study.arm) {
    analysis.arm = figures_of(study, *study.arm);
    analysis.best_quality = std::max(analysis.best_quality, analysis.arm->quality);
  }
  analysis.curves = curves_of(study);
  add_areas(study, analysis.curves);
  analysis.choices = choices_of(study);
  return analysis;
}

}  // namespace smdm::tradeoff
