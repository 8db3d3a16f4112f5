#include "evaluators/generation/policies/timed.hpp"

#include <utility>

#include "evaluators/generation/schedule.hpp"

namespace smdm {
namespace {

bool is_over(const std::vector<float>& times, std::int64_t step) {
  return step + 1 >= std::ssize(times);
}

}  // namespace

RankedByTime::RankedByTime(std::vector<float> times, FactNeeds needs, Score score)
    : times_(std::move(times)), needs_(needs), score_(std::move(score)) {}

std::optional<PolicyStep> RankedByTime::next(std::span<const std::size_t> hidden) {
  while (!is_over(times_, step_)) {
    const auto step = step_++;
    count_ =
        static_cast<std::size_t>(revealed_count(std::ssize(hidden), revealed_share(times_, step)));
    if (count_ > 0) return PolicyStep{.number = step, .wanted = {hidden.begin(), hidden.end()}};
  }
  return std::nullopt;
}

std::vector<std::size_t> RankedByTime::choose(std::span<const Candidate> candidates) {
  std::vector<double> scores;
  scores.reserve(candidates.size());
  for (const auto& candidate : candidates) scores.push_back(score_(step_ - 1, candidate));
  return top_ranked(scores, count_);
}

DrawnByTime::DrawnByTime(std::vector<float> times, PositionDraws draws)
    : times_(std::move(times)), draws_(std::move(draws)) {}

std::optional<PolicyStep> DrawnByTime::next(std::span<const std::size_t> hidden) {
  while (!is_over(times_, step_)) {
    PolicyStep step{.number = step_++, .wanted = {}};
    const auto share = revealed_share(times_, step.number);
    for (const auto position : hidden) {
      if (draws_.uniform(step.number, position) < share) step.wanted.push_back(position);
    }
    if (!step.wanted.empty()) return step;
  }
  return std::nullopt;
}

std::vector<std::size_t> DrawnByTime::choose(std::span<const Candidate> candidates) {
  return all_indices(candidates.size());
}

}  // namespace smdm
