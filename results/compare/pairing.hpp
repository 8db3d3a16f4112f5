/// Puts the documents of two runs together, by what they are and not by where they stand.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/run/record.hpp"

namespace smdm {

/// What a document is and what was asked about it, as digests.
struct DocumentKey {
  std::string doc;    ///< the document's, as in its sample
  std::string asked;  ///< over every text that the model was given, and the target

  friend bool operator==(const DocumentKey&, const DocumentKey&) = default;
};

/// The keys of a task's samples, in their order.
[[nodiscard]] std::vector<DocumentKey> document_keys(const TaskRecord& task);

/// One document: its place in either run.
struct DocumentPair {
  std::size_t a = 0;
  std::size_t b = 0;
};

/// Every document of one run with the same one of the other, ordered by digest: the order does not
/// depend on either run's. Of documents that occur several times, the first belongs to the first.
/// @param task  begins the error's text
/// @throws Error(results)  if the runs are over different documents, or asked differently about one
[[nodiscard]] std::vector<DocumentPair> pair_documents(std::span<const DocumentKey> a,
                                                       std::span<const DocumentKey> b,
                                                       const std::string& task);

/// The order that pair_documents() gives the documents of one run.
[[nodiscard]] std::vector<std::size_t> document_order(std::span<const DocumentKey> keys);

/// Clusters of the documents of two runs, in the order of their pairs.
struct PairedClusters {
  std::vector<std::size_t> clusters;  ///< see clusters.hpp; empty: every document is its own
  std::string note;                   ///< one line where the runs do not agree on them, else empty
};

/// One run's keys (cluster_keys()) in the order of the pairs, and what the run is called in a note.
struct NamedClusters {
  std::string name;
  std::vector<std::string> keys;
};

/// The clusters that both runs have. Where one is an older run without keys, every document is its
/// own, with a note unless the other run's clusters are single documents anyway; where they have
/// other ones, those of the run that has fewer, which can only widen an interval, with a note.
/// @param task  begins the note
[[nodiscard]] PairedClusters paired_clusters(const NamedClusters& a,
                                             const NamedClusters& b,
                                             const std::string& task);

/// Keys in another order; none of none.
[[nodiscard]] std::vector<std::string> reordered(std::span<const std::string> keys,
                                                 std::span<const std::size_t> order);

/// Rows of a metric's values in another order.
/// @param values  [documents, width], row-major
/// @param order   of documents: the row that comes first, second ...
[[nodiscard]] std::vector<double> reordered(std::span<const double> values,
                                            std::size_t width,
                                            std::span<const std::size_t> order);

/// What two tasks must have in common to be compared, whatever their documents.
struct TaskShape {
  std::string name;
  double version = 1.0;
  std::string output_type;
  std::vector<Metric> metrics;
};
[[nodiscard]] TaskShape shape_of(const TaskRecord& task);

/// @throws Error(results)  if version, way of asking or metrics are other ones. Metrics of the
///                         any-order likelihood are no part of a task: runs have them by what they
///                         computed.
void check_same_shape(const TaskShape& a, const TaskShape& b);

/// Where a task has a metric of this name, filter and aggregation.
[[nodiscard]] std::optional<std::size_t> place_of(const Metric& metric, const TaskRecord& task);

}  // namespace smdm
