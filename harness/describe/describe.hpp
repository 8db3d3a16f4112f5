/// `smdm-eval describe`: what a checkpoint is, and what evaluating it would take, from its
/// configuration and the headers of its weights alone.
#pragma once

#include "harness/settings/setting.hpp"

namespace CLI {
class App;
}

namespace smdm {

struct DescribeSettings {
  Settings settings;  ///< those that an evaluation takes too
  bool json = false;
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_describe(CLI::App& app, DescribeSettings& settings);

/// Prints the description on standard output. No value of a weight is read.
/// @throws Error  as an evaluation with these settings would, before it computes
void run_describe(const DescribeSettings& settings);

}  // namespace smdm
