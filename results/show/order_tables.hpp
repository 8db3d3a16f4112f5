/// Tables of what a run says of the any-order likelihood beside the bound.
#pragma once

#include <string>

#include "results/run/record.hpp"

namespace smdm {

/// For tasks that have it on some documents, metrics by either likelihood over these documents, how
/// many verdicts differ, and below them what would give the rest; for tasks of random orders their
/// bounds. With an empty line before each table; "" where there is nothing of the kind.
[[nodiscard]] std::string order_tables(const RunRecord& run);

}  // namespace smdm
