/// The formats that results are exported in: one explicit list. A format is one file with one
/// function from what is exported to a text, and one line of list.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "results/compare/gate.hpp"

namespace smdm {

struct Leaderboard;

/// What a gate said of a run.
struct GateVerdict {
  std::string suite;  ///< the run, as it was named
  /// The report, or why there is none.
  std::variant<GateReport, std::string> outcome = std::string();
  double seconds = 0.0;  ///< that judging took
};

/// A format of a leaderboard, or of a gate's verdict.
using LeaderboardText = std::string (*)(const Leaderboard& leaderboard);
using VerdictText = std::string (*)(const GateVerdict& verdict);

struct ExportFormat {
  std::string_view name;  ///< "csv"
  std::string_view file;  ///< in a leaderboard's folder; empty where the user names the file
  std::variant<LeaderboardText, VerdictText> text;
};

/// All formats. Files of a folder are replaced in this order.
[[nodiscard]] std::span<const ExportFormat> export_formats();

/// leaderboard.csv, .md and .json (docs/leaderboard.md).
[[nodiscard]] std::string leaderboard_csv(const Leaderboard& leaderboard);
[[nodiscard]] std::string leaderboard_markdown(const Leaderboard& leaderboard);
[[nodiscard]] std::string leaderboard_json(const Leaderboard& leaderboard);

/// JUnit XML: a suite of one test case per metric, named by task and metric; where there is no
/// report, of one test case with an error.
[[nodiscard]] std::string gate_junit(const GateVerdict& verdict);

}  // namespace smdm
