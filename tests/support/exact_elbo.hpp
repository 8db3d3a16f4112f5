/// The likelihood of a fake masked diffusion model by enumeration: the oracle of its estimators.
#pragma once

#include "evaluators/scoring.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm::test {

/// The lower bound on log p(continuation | context) in nats that all ELBO estimators estimate:
///     sum over non-empty subsets S of the L target tokens of
///         1 / (|S| * C(L, |S|)) * sum over i in S of log p(x_i | context, target without S).
[[nodiscard]] double exact_elbo(const FakeModel& model,
                                const TokenRequest& request,
                                double cfg = 0.0);

}  // namespace smdm::test
