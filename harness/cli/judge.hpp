/// The options of `smdm-eval judge`.
#pragma once

#include "harness/judging/settings.hpp"

namespace CLI {
class App;
}

namespace smdm {

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_judge(CLI::App& app, JudgeSettings& settings);

}  // namespace smdm
