/// What only all periods of a dated corpus together can tell.
#pragma once

#include <span>
#include <string>

#include "harness/run/encode.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// Adds intervals and changes to the records of periods, and their group to the run.
/// @param ready  one for each task of the run, in order
/// @return a table of the periods for people, with an empty line before it; "" if there are none
[[nodiscard]] std::string complete_periods(std::span<const ReadyTask> ready, RunRecord& run);

}  // namespace smdm
