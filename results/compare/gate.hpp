/// Whether a run is as good as a baseline: the verdict that continuous integration asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/compare/baseline.hpp"
#include "results/run/facts.hpp"

namespace smdm {

/// What a metric has to pass.
enum class GateRule : std::uint8_t {
  /// The same model, build and type of machine, and the same seed or nothing drawn at random: every
  /// document's value must be the same, and every likelihood and text where the baseline has their
  /// digest.
  equal,
  /// The same without anything drawn at random, but of another build or type of machine: the value
  /// may differ by Metric::tolerance at most, either way: what became better is to be approved.
  tolerance,
  /// Anything else: the value fails if it is worse than the mean of the baseline by more than the
  /// repeatability limit, and the drop is besides significant in the paired test.
  repeatability,
};

/// The name of a rule in every file we write.
[[nodiscard]] constexpr const char* to_string(GateRule rule) noexcept {
  switch (rule) {
    case GateRule::equal:
      return "equal";
    case GateRule::tolerance:
      return "tolerance";
    case GateRule::repeatability:
      return "repeatability";
  }
  return "";
}

/// Level of the paired test, corrected by Holm over the metrics under GateRule::repeatability.
inline constexpr double kGateLevel = 0.01;

struct GateMetric {
  std::string task;
  Metric info;
  GateRule rule = GateRule::repeatability;
  double baseline = 0.0;  ///< what the value is compared with
  double value = 0.0;     ///< may be not finite, which fails
  double drop = 0.0;      ///< how much worse the value is; negative where it is better
  /// The largest drop (change, under GateRule::tolerance) that passes whatever the test says.
  double limit = 0.0;
  std::optional<double> p_value;    ///< of the paired test, where the rule has one
  std::optional<double> corrected;  ///< the same after Holm
  bool passed = true;
  std::string reason;  ///< one sentence, with the numbers
};

struct GateReport {
  std::vector<GateMetric> metrics;    ///< by task, in the order of its metrics
  std::vector<std::string> warnings;  ///< one line each
};

[[nodiscard]] bool passed(const GateReport& report);

/// By how much the Monte Carlo errors of files may be too small: 2 to 12 %, seen for accuracies,
/// whose errors rest on a normal approximation; and they are estimates.
inline constexpr double kErrorMargin = 1.2;

/// By how much one more repeat differs from the mean of n with 5 % chance: the smaller one of
/// t(0.975, n - 1) s_r sqrt(1 + 1 / n) and, where the repeats' Monte Carlo error e is known and not
/// 0, 1.96 kErrorMargin e sqrt(1 + 1 / n), without which the t of two repeats would let everything
/// pass. With one repeat, 1.96 kErrorMargin sqrt(e^2 + f^2) of its error and the run's, where both
/// are known, else 0.
[[nodiscard]] double repeatability_limit(const BaselineMetric& metric,
                                         const std::optional<double>& run_error);

/// @throws Error(results)  if the run has other tasks than the baseline, or a task of another
///                         version or with other documents, prompts or metrics, or with ranking
///                         scores where the baseline has none or those of another name
[[nodiscard]] GateReport judge(const Baseline& baseline, const Facts& run);

}  // namespace smdm
