/// What an Item will about cost, for the time that is left.
#pragma once

#include "harness/run/item.hpp"
#include "harness/settings/decided.hpp"

namespace smdm {

/// Tokens that the model will about read for it, found without planning its rows: good for shares
/// of a whole, not for results. Always above 0.
[[nodiscard]] double expected_cost(const Item& item, const Decided& decided);

}  // namespace smdm
