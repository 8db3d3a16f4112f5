/// The likelihood of a fake masked diffusion model by enumeration: the oracle of its estimators.
#pragma once

#include "evaluators/rows/score_source.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm::test {

/// The lower bound on log p(continuation | context) in nats that all ELBO estimators estimate:
///     sum over non-empty subsets S of the L target tokens of
///         1 / (|S| * C(L, |S|)) * sum over i in S of log p(x_i | context, target without S).
/// The weight is the integral of p^(|S| - 1) (1 - p)^(L - |S|) over mask rates p of 0 to 1.
/// @param lowest_rate  e of mask rates that are uniform above it: the integral is then over e to 1,
///                     divided by 1 - e
[[nodiscard]] double exact_elbo(const FakeModel& model,
                                const TokenRequest& request,
                                double cfg = 0.0,
                                double lowest_rate = 0.0);

}  // namespace smdm::test
