/// `smdm-eval bench --scale`: how a run on many ranks would go, by simulation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smdm {

struct BenchScaleSettings {
  std::vector<std::string> ranks;  ///< numbers of them, as they were typed; empty: no simulation
  std::vector<std::string> tasks;  ///< empty: zero-shot
  std::string model;               ///< a checkpoint, of which no weights are read
  std::int64_t model_size = 113;   ///< of the published family, without `model`
  std::string tokenizer;
  std::string data;
  std::optional<std::int64_t> limit = {};   ///< documents of each task; empty or 0: all
  std::string json;                         ///< file of all figures
  std::string preset;                       ///< empty: the estimators of evaluation
  bool counted = false;                     ///< tokens of Items are counted, not estimated
  std::optional<double> tokens_per_second;  ///< of one rank
  double start_seconds = 0.0;
  double load_seconds = 0.0;
  double store_latency = 0.0;
  double failures_per_hour = 0.0;
  double rank_timeout = 15.0;
  std::uint64_t seed = 0;
};

/// Prints a table with a row for each number of ranks, what each rank of a few has done, and up to
/// how many ranks are busy.
/// @throws Error(usage)  if a setting is missing or out of range
/// @throws Error(data)   if the tasks' documents cannot be read
void run_bench_scale(const BenchScaleSettings& settings);

}  // namespace smdm
