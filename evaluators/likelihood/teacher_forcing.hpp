/// The exact likelihood of an autoregressive model.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "evaluators/rows/score_source.hpp"

namespace smdm {

/// Changes the number reported.
struct TeacherForcing {
  static constexpr const char* kName = "exact";
  /// Whether a sum becomes one bfloat16 where sum_type() says so, as the published runs report it;
  /// for a long text that keeps too little of it.
  bool one_bfloat16 = true;
};

/// How many of the requests at the front of `requests` are computed together: those with the same
/// context as the first. They are limited in number and in tokens by constants, not by the settings
/// for speed, so that what is computed and counted depends on the requests alone.
/// @param requests  at least one
[[nodiscard]] std::size_t requests_with_one_context(std::span<const TokenRequest> requests);

/// log p(target | context) of requests that share their context, which is computed once.
///
/// The context is one row; every target but its last token, which predicts nothing that is asked,
/// is a row that continues it. A request's value is the same, bit for bit, whichever others share
/// its context. The context's row is counted for the first request. Bound::exact, and no standard
/// error.
/// @param requests    equal, non-empty contexts; outlive the source
/// @param sum         what a request's log-probabilities are summed into
/// @param with_greedy whether the estimates say if every token was the model's first choice; needs
///                    results with argmax
/// @param done        called once per request with its index in `requests`
[[nodiscard]] std::unique_ptr<ScoreSource> teacher_forcing_source(
    std::span<const TokenRequest> requests,
    SumType sum,
    WithArgmax with_greedy,
    std::function<void(std::size_t, const Estimate&)> done);

}  // namespace smdm
