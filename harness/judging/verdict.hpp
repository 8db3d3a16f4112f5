/// The score in what a judge wrote.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smdm::judging {

inline constexpr double kLowestScore = 1.0;
inline constexpr double kHighestScore = 10.0;

/// A score, or why there is none.
struct Verdict {
  std::optional<double> score;
  std::string reason;  ///< empty where there is a score
};

/// The first number in double square brackets, else the first in single ones: "[[7]]", "[[7.5]]",
/// "[7]", as FastChat reads them (fastchat/llm_judge/common.py, run_judge_single). One outside 1 to
/// 10 is no score.
[[nodiscard]] Verdict read_verdict(std::string_view judgment);

}  // namespace smdm::judging
