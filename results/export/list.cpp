#include "results/export/list.hpp"

#include <array>

namespace smdm {

std::span<const ExportFormat> export_formats() {
  static constexpr std::array kFormats = {
      ExportFormat{.name = "csv", .file = "leaderboard.csv", .text = leaderboard_csv},
      ExportFormat{.name = "markdown", .file = "leaderboard.md", .text = leaderboard_markdown},
      // Last: it is what the next export reads, so that it changes only if the others could.
      ExportFormat{.name = "json", .file = "leaderboard.json", .text = leaderboard_json},
      ExportFormat{.name = "junit", .file = "", .text = gate_junit},
      ExportFormat{.name = "every-eval-ever", .file = "", .text = every_eval_ever_files},
      ExportFormat{.name = "lm-eval", .file = "", .text = lm_eval_files}};
  return kFormats;
}

}  // namespace smdm
