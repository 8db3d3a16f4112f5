/// The formats that results are exported in: one explicit list. A format is one file with one
/// function from what is exported to a text, and one line of list.cpp.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "results/compare/gate.hpp"
#include "results/run/facts.hpp"

namespace smdm {

struct Leaderboard;

/// What a gate said of a run.
struct GateVerdict {
  std::string suite;  ///< the run, as it was named
  /// The report, or why there is none.
  std::variant<GateReport, std::string> outcome = std::string();
  double seconds = 0.0;  ///< that judging took
};

/// What a user says of runs that are exported for other programs.
struct RunExportSettings {
  /// Whether texts of documents and answers are written; what each format does where nobody says
  /// it.
  std::optional<bool> texts = {};
  // Of formats that collect results of many people.
  std::string collection = "smdm-eval";          ///< that the results belong to
  std::optional<std::string> developer = {};     ///< who made the model
  std::string organization = "not named";        ///< who evaluated it
  std::string relationship = "other";            ///< of these two: "first_party", ...
  std::optional<std::string> availability = {};  ///< of the weights: "open_weights", ...
};

/// A file, and where it will stand below an export's folder.
struct ExportedFile {
  std::filesystem::path path;
  std::string content;
};

/// A format of a leaderboard, of a gate's verdict, or of a run with its samples.
using LeaderboardText = std::string (*)(const Leaderboard& leaderboard);
using VerdictText = std::string (*)(const GateVerdict& verdict);
using RunTexts = std::vector<ExportedFile> (*)(const Facts& run, const RunExportSettings& settings);

struct ExportFormat {
  std::string_view name;  ///< "csv"
  std::string_view file;  ///< in a leaderboard's folder; empty where the user names the file
  std::variant<LeaderboardText, VerdictText, RunTexts> text;
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

/// Files of lm-evaluation-harness 0.4.13 and of Every Eval Ever 0.3.0 (docs/exports.md), those that
/// others name behind them.
/// @throws Error(results)  if the run has something that the format cannot hold
[[nodiscard]] std::vector<ExportedFile> lm_eval_files(const Facts& run,
                                                      const RunExportSettings& settings);
[[nodiscard]] std::vector<ExportedFile> every_eval_ever_files(const Facts& run,
                                                              const RunExportSettings& settings);

}  // namespace smdm
