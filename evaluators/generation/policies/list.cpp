// Samplers and the makers of their policies, side by side; and what policies share.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

#include "evaluators/generation/policies/makers.hpp"

namespace smdm {
namespace {

constexpr std::array kMakers{
    Named<MakePolicy>{.name = "confidence", .value = policies::confidence},
    Named<MakePolicy>{.name = "ancestral", .value = policies::ancestral},
    Named<MakePolicy>{.name = "llada", .value = policies::llada},
    Named<MakePolicy>{.name = "threshold", .value = policies::threshold},
    Named<MakePolicy>{.name = "factor", .value = policies::factor},
    Named<MakePolicy>{.name = "entropy-bound", .value = policies::entropy_bound},
    Named<MakePolicy>{.name = "margin", .value = policies::margin},
    Named<MakePolicy>{.name = "entropy", .value = policies::entropy},
    Named<MakePolicy>{.name = "dream", .value = policies::dream}};

void want(bool holds, const char* wanted, double got) {
  if (!holds)
    throw std::invalid_argument("wanted " + std::string(wanted) + ", got " + std::to_string(got));
}

bool is_finite_from_zero(double value) {
  return std::isfinite(value) && value >= 0.0;
}

}  // namespace

void check_policy(const PolicyConfig& config) {
  want(config.steps >= 0, "0 steps or more", static_cast<double>(config.steps));
  want(config.block_length >= 0, "a block length of 0 or more",
       static_cast<double>(config.block_length));
  want(config.threshold > 0.0 && config.threshold <= 1.0, "a threshold above 0 and at most 1",
       config.threshold);
  want(std::isfinite(config.factor) && config.factor > 0.0, "a factor above 0", config.factor);
  want(is_finite_from_zero(config.entropy_bound), "an entropy bound of 0 or more",
       config.entropy_bound);
  want(config.end_time > 0.0F && config.end_time < 1.0F, "an end time above 0 and below 1",
       static_cast<double>(config.end_time));
  want(is_finite_from_zero(config.algorithm_temperature), "a ranking's temperature of 0 or more",
       config.algorithm_temperature);
}

bool draws_positions(const PolicyConfig& config) {
  if (config.sampler == Sampler::llada) return config.remasking == Remasking::random;
  if (config.sampler == Sampler::dream)
    return config.algorithm == DreamAlgorithm::origin || config.algorithm_temperature > 0.0;
  return config.sampler == Sampler::ancestral;
}

const char* why_no_likelihood(const PolicyConfig& config) {
  constexpr auto kByToken = "it ranks positions by the tokens just drawn";
  constexpr auto kByChance = "it chooses positions by chance";
  switch (config.sampler) {
    case Sampler::margin:
    case Sampler::entropy:
    case Sampler::entropy_bound:
      return nullptr;
    case Sampler::dream:
      if (config.algorithm == DreamAlgorithm::maskgit_plus) return kByToken;
      return draws_positions(config) ? kByChance : nullptr;
    case Sampler::ancestral:
      return kByChance;
    case Sampler::llada:
      return draws_positions(config) ? kByChance : kByToken;
    case Sampler::confidence:
    case Sampler::threshold:
    case Sampler::factor:
      return kByToken;
  }
  throw std::invalid_argument("a sampler that is not known");
}

std::vector<std::int64_t> sample_content(std::span<const std::int64_t> prompt,
                                         std::int64_t sample) {
  std::vector<std::int64_t> content(prompt.begin(), prompt.end());
  if (sample > 0) content.push_back(-sample);
  return content;
}

std::unique_ptr<Policy> make_policy(const PolicyConfig& config,
                                    std::span<const std::size_t> hidden,
                                    const PositionDraws& draws) {
  const MakePolicy make = value_named(kMakers, name_of(kAllSamplers, config.sampler));
  return make(config, hidden, draws);
}

std::vector<std::size_t> top_ranked(std::span<const double> scores, std::size_t count) {
  auto indices = all_indices(scores.size());
  std::ranges::stable_sort(indices,
                           [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  indices.resize(std::min(count, indices.size()));
  return indices;
}

std::vector<std::size_t> all_indices(std::size_t count) {
  std::vector<std::size_t> indices(count);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return indices;
}

}  // namespace smdm
