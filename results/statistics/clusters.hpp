/// Documents that depend on each other: several questions about one person, one passage, one video.
/// Errors and tests over documents take such a cluster as a whole. Where a function below or in
/// this folder takes `clusters`, that is the cluster of each document as an index 0, 1, ... (see
/// dense_clusters()); an empty list says that every document is its own.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/metrics/metric.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// Whether a run says which documents belong together; older ones do not.
[[nodiscard]] bool says_clusters(const TaskRecord& task);

/// What a document has in common with others: its recorded cluster, or "" where that is the
/// document itself.
/// @param own  cluster_of_document() of it
[[nodiscard]] std::string shared_key(const std::string& recorded, const std::string& own);

/// The shared_key() of a task's documents, in their order: two that are equal but stand alone stay
/// two. No keys at all unless says_clusters().
[[nodiscard]] std::vector<std::string> cluster_keys(const TaskRecord& task);

/// The same key, the same index; numbered by first occurrence. Empty where no two documents share
/// a key other than "", and for no keys at all: then everything is computed as over single
/// documents, to the last bit.
[[nodiscard]] std::vector<std::size_t> dense_clusters(std::span<const std::string> keys);

/// dense_clusters(cluster_keys(task)).
[[nodiscard]] std::vector<std::size_t> clusters_of(const TaskRecord& task);

/// How many clusters there are: `documents` where the list is empty.
[[nodiscard]] std::size_t count_clusters(std::span<const std::size_t> clusters,
                                         std::size_t documents);

/// Those of two runs' clusters of the same documents that are fewer, which can only widen an
/// interval; `a` where they are as many.
[[nodiscard]] std::span<const std::size_t> fewer_clusters(std::span<const std::size_t> a,
                                                          std::span<const std::size_t> b,
                                                          std::size_t documents);

/// "quiz: an older file without clusters of documents: every document counts as its own".
/// @param what  a task, or a task and a file
[[nodiscard]] std::string older_clusters_warning(const std::string& what);

/// What the documents of each cluster contribute, added up.
struct ClusterSums {
  std::size_t width = 1;
  std::vector<double> sums;       ///< [clusters, width], row-major
  std::vector<double> documents;  ///< [clusters]: how many there are in each

  [[nodiscard]] std::size_t size() const { return documents.size(); }
};

/// @param values    [documents, width], row-major
/// @param clusters  one for each document, not empty
/// @throws std::invalid_argument  if the number of clusters is not that of the documents
[[nodiscard]] ClusterSums sum_by_cluster(std::span<const double> values,
                                         std::size_t width,
                                         std::span<const std::size_t> clusters);

/// A metric of some of the clusters, in the order drawn, each with all its documents.
[[nodiscard]] double metric_value(const Metric& metric,
                                  const ClusterSums& clusters,
                                  std::span<const std::size_t> drawn);

/// Standard error of a mean over documents in K clusters, as the sandwich estimator of an intercept
/// has it (Liang and Zeger 1986): sqrt(K / (K - 1) sum over clusters of (sum over its documents of
/// (value - mean))^2) / n. With one document in each it is s / sqrt(n). Empty for one cluster.
/// The last bits depend on the order of the clusters.
/// @param clusters  of width 1
[[nodiscard]] std::optional<double> clustered_standard_error(const ClusterSums& clusters);

/// The standard error of a metric over clusters: of a mean the one above, else the standard
/// deviation of its values on kBootstrapResamples bootstrap samples of whole clusters. It does not
/// depend on the order of the documents, to the last bit. Empty for one cluster.
/// @param values    [documents, metric.width], row-major
/// @param clusters  one for each document, not empty
/// @throws std::invalid_argument  as sum_by_cluster() does
[[nodiscard]] std::optional<double> clustered_standard_error(const Metric& metric,
                                                             std::span<const double> values,
                                                             std::span<const std::size_t> clusters);

}  // namespace smdm
