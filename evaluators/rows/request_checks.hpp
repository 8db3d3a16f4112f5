/// What every evaluation of likelihood requests checks of them.
#pragma once

#include <cstddef>

#include "evaluators/rows/score_source.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// @param index  of the request, for the error
/// @throws std::invalid_argument  if its continuation is empty, or its context for an
///                                autoregressive model, if it is longer than the model reads, or an
///                                id is none of the model's
void check_request(const ModelInfo& info, const TokenRequest& request, std::size_t index);

}  // namespace smdm
