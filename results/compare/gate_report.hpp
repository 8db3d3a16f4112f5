/// A gate's verdict for people and for programs; results/export/junit.cpp has it for the viewers of
/// continuous integration.
#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "results/compare/gate.hpp"

namespace smdm {

/// A table with a row per metric, and below it what failed, in sentences.
[[nodiscard]] std::string gate_text(const GateReport& report);

/// The same as JSON (docs/ci.md).
[[nodiscard]] Json gate_json(const GateReport& report);

/// "micro_piqa acc,none; micro_boolq acc,none": the metrics that failed.
[[nodiscard]] std::string failed_metrics(const GateReport& report);

}  // namespace smdm
