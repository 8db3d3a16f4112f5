/// `smdm-eval bench`: how fast this machine evaluates, as shares of its own matrix multiplication
/// peak.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/bench/estimators.hpp"
#include "harness/bench/scale.hpp"

namespace CLI {
class App;
}

namespace smdm {

struct BenchSettings {
  std::int64_t model_size = 113;  ///< a size of the published family, with random weights
  std::vector<std::string> dtypes = {"f32", "bf16"};
  std::vector<std::string> backends = {"mdm", "arm"};
  double seconds = 10.0;        ///< per measurement, at least one pass
  std::int64_t batch_size = 0;  ///< rows per forward; 0: the default of evaluation
  int threads = 0;              ///< 0: all cores
  std::string device = "auto";
  bool train = false;
  bool generation = false;
  bool estimators = false;
  BenchEstimatorSettings study;  ///< with `estimators`
  BenchScaleSettings scale;      ///< of a simulation, which takes some from `study`
  std::string reference;         ///< command of tools/train_reference.py or denoise_reference.py
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_bench(CLI::App& app, BenchSettings& settings);

/// Prints a table: requests, rows and tokens per second, and share of the peak, per model and shape
/// of request.
void run_bench(const BenchSettings& settings);

}  // namespace smdm
