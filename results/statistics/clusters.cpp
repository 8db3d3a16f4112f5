// Documents gathered into clusters, and what an error over clusters is.
#include "results/statistics/clusters.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>

#include "results/run/lm_eval_samples.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

void check(std::span<const double> values,
           std::size_t width,
           std::span<const std::size_t> clusters) {
  if (!clusters.empty() && clusters.size() * width == values.size()) return;
  throw std::invalid_argument("clusters: wanted one for each of " +
                              std::to_string(values.size() / width) + " documents, got " +
                              std::to_string(clusters.size()));
}

/// The sums of sum_by_cluster() in an order of their own, with sums over documents in one too.
ClusterSums ordered_sums(std::span<const double> values,
                         std::size_t width,
                         std::span<const std::size_t> clusters) {
  std::vector<double> sorted;
  std::vector<std::size_t> sorted_clusters;
  sorted.reserve(values.size());
  sorted_clusters.reserve(clusters.size());
  for (const std::size_t document : order_of_rows(values, width)) {
    const auto row = values.subspan(document * width, width);
    sorted.insert(sorted.end(), row.begin(), row.end());
    sorted_clusters.push_back(clusters[document]);
  }
  const auto gathered = sum_by_cluster(sorted, width, sorted_clusters);
  std::vector<double> rows;
  rows.reserve(gathered.size() * (width + 1));
  for (std::size_t k = 0; k < gathered.size(); ++k) {
    const auto sums = std::span(gathered.sums).subspan(k * width, width);
    rows.insert(rows.end(), sums.begin(), sums.end());
    rows.push_back(gathered.documents[k]);
  }
  ClusterSums ordered{.width = width, .sums = {}, .documents = {}};
  ordered.sums.reserve(gathered.sums.size());
  ordered.documents.reserve(gathered.size());
  for (const std::size_t k : order_of_rows(rows, width + 1)) {
    const auto sums = std::span(gathered.sums).subspan(k * width, width);
    ordered.sums.insert(ordered.sums.end(), sums.begin(), sums.end());
    ordered.documents.push_back(gathered.documents[k]);
  }
  return ordered;
}

}  // namespace

bool says_clusters(const TaskRecord& task) {
  return std::ranges::none_of(task.samples,
                              [](const SampleRecord& sample) { return sample.cluster.empty(); });
}

std::string shared_key(const std::string& recorded, const std::string& own) {
  return recorded == own ? "" : recorded;
}

std::vector<std::string> cluster_keys(const TaskRecord& task) {
  std::vector<std::string> keys;
  if (!says_clusters(task)) return keys;
  keys.reserve(task.samples.size());
  for (const SampleRecord& sample : task.samples) {
    keys.push_back(shared_key(sample.cluster, cluster_of_document(sample.doc)));
  }
  return keys;
}

std::vector<std::size_t> dense_clusters(std::span<const std::string> keys) {
  std::map<std::string, std::size_t> seen;
  std::vector<std::size_t> clusters;
  clusters.reserve(keys.size());
  std::size_t count = 0;
  for (const std::string& key : keys) {
    const bool is_new = key.empty() || seen.emplace(key, count).second;
    clusters.push_back(is_new ? count++ : seen.at(key));
  }
  if (count == keys.size()) clusters.clear();
  return clusters;
}

std::vector<std::size_t> clusters_of(const TaskRecord& task) {
  return dense_clusters(cluster_keys(task));
}

std::size_t count_clusters(std::span<const std::size_t> clusters, std::size_t documents) {
  return clusters.empty() ? documents : *std::ranges::max_element(clusters) + 1;
}

std::span<const std::size_t> fewer_clusters(std::span<const std::size_t> a,
                                            std::span<const std::size_t> b,
                                            std::size_t documents) {
  return count_clusters(b, documents) < count_clusters(a, documents) ? b : a;
}

std::string older_clusters_warning(const std::string& what) {
  return what + ": an older file without clusters of documents: every document counts as its own";
}

ClusterSums sum_by_cluster(std::span<const double> values,
                           std::size_t width,
                           std::span<const std::size_t> clusters) {
  check(values, width, clusters);
  const auto count = count_clusters(clusters, clusters.size());
  ClusterSums gathered{.width = width,
                       .sums = std::vector<double>(count * width),
                       .documents = std::vector<double>(count)};
  for (std::size_t document = 0; document < clusters.size(); ++document) {
    const std::size_t cluster = clusters[document];
    gathered.documents[cluster] += 1.0;
    for (std::size_t i = 0; i < width; ++i)
      gathered.sums[cluster * width + i] += values[document * width + i];
  }
  return gathered;
}

double metric_value(const Metric& metric,
                    const ClusterSums& clusters,
                    std::span<const std::size_t> drawn) {
  std::vector<double> sums(clusters.width);
  double documents = 0.0;
  for (const std::size_t cluster : drawn) {
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] += clusters.sums[cluster * sums.size() + i];
    documents += clusters.documents[cluster];
  }
  return metric.of_sums(sums, documents);
}

std::optional<double> clustered_standard_error(const ClusterSums& clusters) {
  const auto count = static_cast<double>(clusters.size());
  if (clusters.size() < 2) return std::nullopt;
  const double documents =
      std::accumulate(clusters.documents.begin(), clusters.documents.end(), 0.0);
  const double mean = std::accumulate(clusters.sums.begin(), clusters.sums.end(), 0.0) / documents;
  double squares = 0.0;
  for (std::size_t k = 0; k < clusters.size(); ++k) {
    const double residual = clusters.sums[k] - clusters.documents[k] * mean;
    squares += residual * residual;
  }
  return std::sqrt(count / (count - 1.0) * squares) / documents;
}

std::optional<double> clustered_standard_error(const Metric& metric,
                                               std::span<const double> values,
                                               std::span<const std::size_t> clusters) {
  check(values, metric.width, clusters);
  const auto sums = ordered_sums(values, metric.width, clusters);
  if (metric.is_mean) return clustered_standard_error(sums);
  return bootstrap_standard_error(sums.size(), [&](std::span<const std::size_t> drawn) {
    return metric_value(metric, sums, drawn);
  });
}

}  // namespace smdm
