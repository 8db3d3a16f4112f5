// All masks are drawn when the source is made, before any row is computed. Equal ones then become
// one row, and the results are put back into the order of the draws, whose sums must not depend on
// what was shared.
#include "evaluators/likelihood/monte_carlo.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "base/numbers/mean.hpp"
#include "base/numbers/random.hpp"

namespace smdm {
namespace {

std::int64_t samples_per_round(const MonteCarlo& config) {
  return std::min(config.strata, config.samples);
}

/// p_j of a round, in float32 as the source computes it.
float mask_rate(float offset, std::int64_t j, std::int64_t strata, double lowest) {
  const auto t = std::fmod(offset + static_cast<float>(j) / static_cast<float>(strata), 1.0F);
  return static_cast<float>(1.0 - lowest) * t + static_cast<float>(lowest);
}

class MonteCarloSource final : public ScoreSource {
 public:
  MonteCarloSource(Scoring scoring, const MonteCarlo& config, const MonteCarloDraws& draws)
      : scoring_(std::move(scoring)), per_round_(samples_per_round(config)) {
    estimate_.bound = Bound::lower;
    std::map<std::vector<bool>, std::size_t> known;
    for (std::int64_t round = 0; round < config.samples / per_round_; ++round) {
      const auto offset = draws.offset(round);
      for (std::int64_t j = 0; j < per_round_; ++j) {
        const auto rate = mask_rate(offset, j, per_round_, config.lowest_rate);
        const auto mask = draw_mask(draws, round * per_round_ + j, rate);
        const auto [found, is_new] = known.try_emplace(mask, masks_.size());
        if (is_new) masks_.push_back(mask);
        samples_.push_back({.rate = rate, .mask = found->second});
      }
    }
  }

  std::optional<RowGroup> next() override {
    for (; made_ < masks_.size(); ++made_) {
      const auto hidden = hidden_tokens(masks_[made_]);
      if (hidden.empty()) continue;
      ++made_;
      auto group = masked_row(scoring_, hidden, hidden);
      add_cost(estimate_, group);
      return group;
    }
    return std::nullopt;
  }

  void take(const Scores& scores) override {
    double loss = 0.0;
    for (const auto log_p : scores.log_p) loss -= log_p;
    losses_.push_back(loss);
  }

  void finish() override {
    auto means = round_means();
    const auto mean = mean_of(means);
    estimate_.nats = 0.0 - mean.value;  // never -0
    estimate_.standard_error = mean.standard_error;
    if (mean.standard_error) estimate_.fold_count = std::ssize(means);
    if (means.size() > 1) estimate_.folds = {std::move(means)};
    scoring_.done(estimate_);
  }

 private:
  struct Sample {
    float rate;
    std::size_t mask;  ///< index into masks_
  };

  [[nodiscard]] std::vector<bool> draw_mask(const MonteCarloDraws& draws,
                                            std::int64_t sample,
                                            float rate) const {
    std::vector<float> uniforms(scoring_.request->continuation.size());
    draws.uniforms(sample, uniforms);
    std::vector<bool> mask;
    mask.reserve(uniforms.size());
    for (const auto uniform : uniforms) mask.push_back(uniform < rate);
    return mask;
  }

  static std::vector<std::size_t> hidden_tokens(const std::vector<bool>& mask) {
    std::vector<std::size_t> hidden;
    for (std::size_t i = 0; i < mask.size(); ++i) {
      if (mask[i]) hidden.push_back(i);
    }
    return hidden;
  }

  /// Summed losses of every mask, in the order of masks_.
  [[nodiscard]] std::vector<double> loss_of_masks() const {
    std::vector<double> losses;
    losses.reserve(masks_.size());
    auto computed = losses_.begin();
    for (const auto& mask : masks_) {
      losses.push_back(hidden_tokens(mask).empty() ? 0.0 : *computed++);
    }
    return losses;
  }

  [[nodiscard]] std::vector<double> round_means() const {
    const auto losses = loss_of_masks();
    const auto size = static_cast<std::size_t>(per_round_);
    std::vector<double> means;
    means.reserve(samples_.size() / size);
    for (std::size_t first = 0; first < samples_.size(); first += size) {
      double sum = 0.0;
      for (std::size_t i = first; i < first + size; ++i) {
        const auto loss = losses[samples_[i].mask];
        if (loss != 0.0) sum += loss / samples_[i].rate;  // a rate may be 0, but then masks nothing
      }
      means.push_back(sum / static_cast<double>(size));
    }
    return means;
  }

  Scoring scoring_;
  std::int64_t per_round_;
  std::vector<Sample> samples_;
  std::vector<std::vector<bool>> masks_;  ///< all different
  std::size_t made_ = 0;                  ///< masks whose rows were made, or need none
  std::vector<double> losses_;            ///< of the masks that hide something, in their order
  Estimate estimate_;
};

}  // namespace

MonteCarlo training_loss(std::int64_t samples) {
  constexpr double kLowestRate = 1e-3;
  return {.samples = samples,
          .strata = 1,
          .lowest_rate = kLowestRate,
          .draws_of = DrawsOf::whole_request};
}

MonteCarloDraws monte_carlo_draws(std::uint64_t seed, std::span<const std::int64_t> content) {
  const RandomStream rates(seed, Purpose::mask_rate, content);
  const RandomStream masks(seed, Purpose::mask, content);
  return {.offset = [rates](std::int64_t round) { return rates.uniform_float(round, 0); },
          .uniforms = [masks](std::int64_t sample,
                              std::span<float> out) { masks.uniform_floats(sample, out); }};
}

void check_monte_carlo(const MonteCarlo& config) {
  if (config.samples < 1 || config.strata < 1) {
    throw std::invalid_argument("mc: wanted at least one sample and one stratum, got " +
                                std::to_string(config.samples) + " and " +
                                std::to_string(config.strata));
  }
  if (!(config.lowest_rate >= 0.0 && config.lowest_rate < 1.0)) {
    throw std::invalid_argument("mc: wanted a lowest mask rate of 0 or more and below 1, got " +
                                std::to_string(config.lowest_rate));
  }
  if (config.samples % samples_per_round(config) != 0) {
    throw std::invalid_argument("mc: wanted a number of samples divisible by its " +
                                std::to_string(config.strata) + " strata, got " +
                                std::to_string(config.samples));
  }
}

std::unique_ptr<ScoreSource> monte_carlo_source(Scoring scoring,
                                                const MonteCarlo& config,
                                                const MonteCarloDraws& draws) {
  check_monte_carlo(config);
  return std::make_unique<MonteCarloSource>(std::move(scoring), config, draws);
}

}  // namespace smdm
