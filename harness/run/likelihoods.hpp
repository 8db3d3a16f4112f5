/// Likelihoods of requests in ids, with progress and with errors that name the request.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "evaluators/likelihood/likelihood.hpp"
#include "harness/run/session.hpp"

namespace smdm {

/// Checks every request before anything is computed.
/// @param where  names request i in errors
/// @throws Error(request)  for an empty continuation, ids out of range, or a request longer than
/// the model's context
void check_requests(const Session& session,
                    const std::vector<TokenRequest>& requests,
                    const std::function<std::string(std::size_t)>& where);

/// @throws Error(request)  if `exact` would take more rows than it may
void check_enumeration(const std::vector<TokenRequest>& requests,
                       const Estimator& estimator,
                       const std::function<std::string(std::size_t)>& where);

/// check_requests(), then one estimate per request, in order. @param label  for the progress
/// display
[[nodiscard]] std::vector<Estimate> likelihoods(
    const Session& session,
    const std::vector<TokenRequest>& requests,
    const LikelihoodConfig& config,
    const std::string& label,
    const std::function<std::string(std::size_t)>& where);

}  // namespace smdm
