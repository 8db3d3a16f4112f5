/// An estimate in JSON, the same in samples files and in answers to requests.
#pragma once

#include "base/json.hpp"
#include "base/request.hpp"

namespace smdm {

/// Whether an estimate's OrderValues are written, where it has them.
enum class WithValues : bool { no, yes };

/// nats, standard_error, bound, is_greedy, rows and tokens; folds of the error and marks where they
/// say something.
[[nodiscard]] Json estimate_json(const Estimate& estimate, WithValues with_values);

}  // namespace smdm
