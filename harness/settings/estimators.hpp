/// The settings of likelihood estimators: what may stand together, what is said about them, and
/// what they become.
#pragma once

#include <string>
#include <vector>

#include "harness/settings/decide.hpp"

namespace smdm {

/// Fills in estimator and budget from settings of all layers.
void decide_estimator(const Settings& all, Evaluation& decided);

/// @throws Error(usage)  if target error, racing and estimator do not fit together
void check_estimator(const Evaluation& evaluation);

/// Tells which rule `auto` follows, and which of the options given an estimator has no use for.
void note_estimator(const Settings& given,
                    const std::string& task,
                    const Evaluation& evaluation,
                    std::vector<std::string>& notes);

/// exact, fixed-count, balanced or auto.
[[nodiscard]] Estimator subset_estimator(const Evaluation& evaluation);

/// Adds what is recorded of a masked diffusion model's estimator.
void describe_estimator(const Evaluation& evaluation, Json& json);

}  // namespace smdm
