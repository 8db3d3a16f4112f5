/// Periods of a corpus drawn at random, for simulations of what intervals cover.
#pragma once

#include <cstddef>
#include <optional>
#include <random>
#include <string>

#include "results/statistics/period_statistics.hpp"

namespace smdm::test {

/// Losses of made texts, in nats per token: normal.
struct MadeLoss {
  double centre = 3.0;
  double spread = 0.5;
};

/// A period of texts of 10 to 59 tokens, four bytes each.
[[nodiscard]] PeriodScores made_period(const std::string& name,
                                       std::size_t texts,
                                       std::mt19937_64& random,
                                       const MadeLoss& loss = {});

[[nodiscard]] bool covers(const std::optional<Interval>& interval, double value);

}  // namespace smdm::test
