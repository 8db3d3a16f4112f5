/// The parts of which the table of settings is put together, for its own sources alone.
#pragma once

#include <cmath>
#include <vector>

#include "harness/settings/setting.hpp"

namespace smdm {

using Rows = std::vector<Setting>;

inline constexpr Range kAtLeastOne{.wanted = "at least 1",
                                   .holds = [](double v) { return v >= 1.0; }};
inline constexpr Range kFromZero{.wanted = "a number >= 0",
                                 .holds = [](double v) { return std::isfinite(v) && v >= 0.0; }};

inline constexpr Range kAboveZero{.wanted = "a number above 0",
                                  .holds = [](double v) { return std::isfinite(v) && v > 0.0; }};

/// What every kind of model uses for one kind of work.
[[nodiscard]] inline Use both_models(Work work) {
  return {.diffusion = {work}, .autoregressive = {work}};
}

/// Samplers with their numbers, lengths, and where a text ends.
[[nodiscard]] Rows generation_rows();

/// Estimators with their budgets, what is between the choices of a question, guidance, verdicts.
[[nodiscard]] Rows likelihood_rows();

}  // namespace smdm
