/// How often the best model could be right under a sampler that draws several tokens at once.
#pragma once

#include <optional>
#include <span>

#include "harness/run/item.hpp"
#include "harness/settings/decided.hpp"
#include "tasks/ask/task.hpp"

namespace smdm {

/// The mean of OpenAnswer::limit over the Items. Nothing where the task knows none, where a step's
/// number of tokens is not settled beforehand, in two stages, and where tokens are not drawn from
/// the model's whole distribution: at temperature 0, which breaks ties between equal names in an
/// order of its own, under top-p and top-k, and where the mask itself may be drawn.
[[nodiscard]] std::optional<double> parallel_limit(const OpenAnswer& task,
                                                   const GenerationSettings& settings,
                                                   std::span<const Item> items);

}  // namespace smdm
