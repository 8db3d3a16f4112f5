/// A gate's verdict for people, for programs, and for the viewers of continuous integration.
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

/// The same as JUnit XML: a suite of one test case per metric, named by task and metric.
/// @param suite    name of the suite: the run
/// @param seconds  that judging took
[[nodiscard]] std::string gate_junit(const GateReport& report,
                                     const std::string& suite,
                                     double seconds);

/// JUnit XML where there is no verdict: a suite of one test case with an error.
/// @param reason  why there is none
[[nodiscard]] std::string gate_error_junit(const std::string& reason, const std::string& suite);

/// "micro_piqa acc,none; micro_boolq acc,none": the metrics that failed.
[[nodiscard]] std::string failed_metrics(const GateReport& report);

}  // namespace smdm
