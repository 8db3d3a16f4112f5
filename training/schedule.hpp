/// How long training takes, and how fast it learns meanwhile.
#pragma once

#include <cstdint>
#include <variant>

#include "training/batches.hpp"

namespace smdm::training {

struct Steps {
  std::int64_t count = 0;
};
struct Tokens {
  double count = 0.0;  ///< of all rows, prompts and fillings included
};
/// 6 N D with N parameters outside embedding and head, and D tokens, as the paper counts.
struct Flops {
  double count = 0.0;
};

using Budget = std::variant<Steps, Tokens, Flops>;

/// The least number of steps that spends a budget.
/// @param hidden_parameters  N
[[nodiscard]] std::int64_t steps_of(const Budget& budget,
                                    std::int64_t hidden_parameters,
                                    Batches& batches);

/// Of one token: forward and backward (Kaplan et al. 2020, arXiv:2001.08361).
inline constexpr double kFlopsPerParameter = 6.0;

struct RateSchedule {
  double highest = 2e-4;
  double lowest_share = 0.1;  ///< of the highest, at the end
  std::int64_t warm_up = 0;   ///< steps of linear rise
  std::int64_t steps = 0;     ///< in all
};

/// Learning rate of a step, counted from 0: linear warm-up, then half a cosine.
[[nodiscard]] double learning_rate(const RateSchedule& schedule, std::int64_t step);

}  // namespace smdm::training
