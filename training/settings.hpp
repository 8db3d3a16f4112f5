/// What a training's numbers depend on, for its files.
#pragma once

#include "base/json.hpp"
#include "training/corpus.hpp"
#include "training/stepper.hpp"

namespace smdm::training {

/// Every option and the digests of the data: two trainings with equal settings, on one build, one
/// type of machine and one number of threads, give the same bits.
[[nodiscard]] Json settings_of(const StepOptions& options, const Corpus& corpus);

}  // namespace smdm::training
