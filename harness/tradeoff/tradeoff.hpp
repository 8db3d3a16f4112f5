/// `smdm-eval tradeoff`: quality against cost of generation, next to an autoregressive model
/// (docs/tradeoff.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/settings/setting.hpp"

namespace CLI {
class App;
}

namespace smdm {

struct TradeoffSettings {
  Settings settings;                ///< those that an evaluation takes too
  std::optional<std::string> arm;   ///< the autoregressive model's checkpoint
  std::vector<std::string> sweeps;  ///< see sweep_points(); empty: default_sweeps()
  std::optional<std::string> metric;
  double margin = 1.0;      ///< points of a percentage
  std::int64_t timed = 20;  ///< documents whose latency is measured; 0: none
  std::int64_t batch = 64;  ///< documents of a round that measures throughput
  std::int64_t rounds = 3;  ///< 0: none
  bool json = false;
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_tradeoff(CLI::App& app, TradeoffSettings& settings);

/// Writes tradeoff_<date>.json and .svg into the output folder, and prints tables.
/// @throws Error  as an evaluation with these settings would
void run_tradeoff(const TradeoffSettings& asked);

}  // namespace smdm
