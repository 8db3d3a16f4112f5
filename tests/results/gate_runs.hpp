/// Runs of one invented quiz and baselines of them, for tests of the gate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "results/compare/baseline.hpp"
#include "tests/results/made_runs.hpp"

namespace smdm::test {

inline constexpr std::size_t kQuizDocuments = 60;

/// A run right on all documents but the first `wrong`.
MadeRun quiz(std::size_t wrong, std::uint64_t seed = 0);

/// The same without anything drawn at random.
MadeRun exact_quiz(std::size_t wrong, std::uint64_t seed = 0);

Baseline baseline_of(const std::vector<MadeRun>& repeats);

/// Five repeats whose numbers of wrong documents spread by s_r = sqrt(2.5) documents.
Baseline spread_baseline();

}  // namespace smdm::test
