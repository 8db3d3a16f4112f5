/// How wrong every estimator is on real losses, and what races spend: the figures that are pinned
/// in tests/golden/estimator_errors.json.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/real_losses.hpp"

namespace smdm::test {

/// Whether a smaller figure is a better one, or it only has to be what it was. Shares are 0..1, and
/// may be so small that other draws double them.
enum class Better : std::uint8_t { smaller, smaller_share, neither };

struct Figure {
  std::string name;  ///< like "balanced, 16 rows: error"
  double value = 0.0;
  Better better = Better::neither;
};

/// Over all targets and the seeds 0..seeds - 1, of each estimator at 8, 16 and 32 rows:
/// - error: root mean squared difference from the exact bound, in nats;
/// - reported: root mean square of the standard errors, of the runs that have one, in nats.
/// `exact` is always right and `chain-rule` draws nothing: neither is among them.
/// @param seeds  >= 1
[[nodiscard]] std::vector<Figure> error_figures(std::span<const RealQuestion> questions,
                                                std::uint64_t seeds);

/// Over all questions and the seeds 0..seeds - 1, of races at error rates 0.01 and 0.05:
/// - rows: computed for a choice, on average;
/// - wrong: share of verdicts whose answer is not the exact winner;
/// - ruled out: share of verdicts from which the exact winner was dropped;
/// - undecided: share of verdicts that were open when rows ended.
/// @param seeds  >= 1
[[nodiscard]] std::vector<Figure> race_figures(std::span<const RealQuestion> questions,
                                               std::uint64_t seeds);

}  // namespace smdm::test
