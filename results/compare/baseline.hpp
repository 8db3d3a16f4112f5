/// What a gate measures runs against: the values of n >= 1 repeats of a run over seeds, how far
/// they spread, and what is needed for a paired test (docs/ci.md describes the file).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/compare/pairing.hpp"
#include "results/run/facts.hpp"

namespace smdm {

/// Version of baseline files, raised when a field changes its meaning.
/// 2: a task's documents have clusters; without them, as in files of schema 1, tests are over
/// single documents.
inline constexpr int kBaselineSchema = 2;

/// What computed a task: runs that agree in all of it must give the same bits for the same seed.
struct Origin {
  Json model;                     ///< kind, dtype and digests of the files
  Json build;                     ///< version, revision, LibTorch, digest of its description
  Json machine;                   ///< device and processor
  bool bit_reproducible = false;  ///< whether that place promises the same bits

  friend bool operator==(const Origin&, const Origin&) = default;
};
[[nodiscard]] Origin origin_of(const RunFacts& run);

/// A metric over n repeats.
struct BaselineMetric {
  Metric info;
  std::vector<double> values;  ///< [n]
  /// [n][documents * info.width], documents in the order of the task's.
  std::vector<std::vector<double>> documents;
  /// Monte Carlo standard error of one repeat, root mean square over them; empty where unknown.
  std::optional<double> monte_carlo_error;
};

struct BaselineTask {
  std::string name;
  double version = 1.0;
  std::string output_type;
  TaskSettings settings;
  bool depends_on_seed = false;
  std::vector<std::uint64_t> seeds;  ///< [n]
  /// [n] answers_digest(), or empty: older files have none.
  std::vector<std::string> answers;
  Origin origin;
  /// Digests cut to kBaselineDigits, in the order of document_order().
  std::vector<DocumentKey> documents;
  /// Their cluster_keys(); empty: an older file, or made of older runs.
  std::vector<std::string> clusters;
  std::vector<BaselineMetric> metrics;
};

/// Hexadecimal digits of a document's digests that a baseline keeps.
inline constexpr std::size_t kBaselineDigits = 16;

struct Baseline {
  std::vector<BaselineTask> tasks;   ///< by name
  std::vector<std::string> repeats;  ///< what the runs were called
};

/// Mean over repeats.
[[nodiscard]] double mean_of(const BaselineMetric& metric);

/// The repeatability standard deviation s_r (n - 1); empty for one repeat.
[[nodiscard]] std::optional<double> repeatability_of(const BaselineMetric& metric);

/// The keys of a task's documents as a baseline keeps them, in the order of its samples.
[[nodiscard]] std::vector<DocumentKey> baseline_keys(const TaskRecord& task);

/// SHA-256 over every likelihood and text of a task, to the last bit.
/// @param order  of its documents
[[nodiscard]] std::string answers_digest(const TaskRecord& task,
                                         std::span<const std::size_t> order);

[[nodiscard]] TaskShape shape_of(const BaselineTask& task);

/// @param runs  at least one: repeats that differ in nothing but the seed
/// @throws Error(results)  if one run is given twice, two repeats of a task have one seed though it
///   matters, they are not repeats of one thing, or a value is not finite
[[nodiscard]] Baseline make_baseline(std::span<const Facts> runs);

/// The content of a baseline file.
[[nodiscard]] std::string baseline_text(const Baseline& baseline);

/// Reads a baseline file back.
/// @throws Error(results)  with the path, if it is missing, truncated, changed by hand so that it
///   contradicts itself, of another kind or from a newer version
[[nodiscard]] Baseline read_baseline(const std::filesystem::path& path);

}  // namespace smdm
