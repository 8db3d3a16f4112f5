#include "training/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace smdm::training {

std::int64_t steps_of(const Budget& budget, std::int64_t hidden_parameters, Batches& batches) {
  if (const auto* steps = std::get_if<Steps>(&budget)) return steps->count;
  const double wanted = std::holds_alternative<Tokens>(budget)
                            ? std::get<Tokens>(budget).count
                            : std::get<Flops>(budget).count /
                                  (kFlopsPerParameter * static_cast<double>(hidden_parameters));
  double seen = 0.0;
  std::int64_t step = 0;
  constexpr std::int64_t kMost = 1'000'000'000;
  for (; seen < wanted; ++step) {
    if (step == kMost) throw std::invalid_argument("wanted a budget of at most 10^9 steps");
    seen += static_cast<double>(batches.tokens(step));
  }
  return step;
}

double learning_rate(const RateSchedule& schedule, std::int64_t step) {
  if (step < schedule.warm_up)
    return schedule.highest * static_cast<double>(step + 1) / static_cast<double>(schedule.warm_up);
  const auto left =
      static_cast<double>(std::max<std::int64_t>(schedule.steps - schedule.warm_up, 1));
  const double done = std::min(static_cast<double>(step - schedule.warm_up) / left, 1.0);
  const double cosine = (1.0 + std::cos(std::numbers::pi * done)) / 2.0;
  return schedule.highest * (schedule.lowest_share + (1.0 - schedule.lowest_share) * cosine);
}

}  // namespace smdm::training
