/// The Monte Carlo likelihood of masked diffusion models, as SMDM defines it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "evaluators/rows/score_source.hpp"

namespace smdm {

/// What the draws of a request belong to: requests that agree in it share theirs.
enum class DrawsOf : std::uint8_t { context, whole_request };

/// Changes the number reported.
struct MonteCarlo {
  static constexpr const char* kName = "mc";
  std::int64_t samples = 1024;  ///< >= 1, a multiple of min(strata, samples)
  std::int64_t strata = 32;     ///< >= 1; mask rates per round, spread evenly over [0, 1)
  double lowest_rate = 0.0;     ///< 0 <= it < 1: mask rates lie evenly in [lowest_rate, 1)
  DrawsOf draws_of = DrawsOf::context;
};

/// The loss that SMDM's models are trained with, as its temporal shift measures it: independent
/// mask rates of at least 1/1000 (evaluate_fineweb.py of the published code).
[[nodiscard]] MonteCarlo training_loss(std::int64_t samples);

/// What results call it.
inline constexpr const char* kTrainingLoss = "training-loss";

/// Where the estimator's chance comes from. Called with ascending arguments, each once.
struct MonteCarloDraws {
  std::function<float(std::int64_t round)> offset;  ///< uniform in [0, 1)
  /// Fills in one uniform of [0, 1) per target token, in their order.
  std::function<void(std::int64_t sample, std::span<float> uniforms)> uniforms;
};

/// Draws that depend on the seed and `content` alone. Where that is the context, the choices of a
/// question hide the same positions as far as their lengths allow.
[[nodiscard]] MonteCarloDraws monte_carlo_draws(std::uint64_t seed,
                                                std::span<const std::int64_t> content);

/// @throws std::invalid_argument  if a limit above is broken
void check_monte_carlo(const MonteCarlo& config);

/// An unbiased estimate of a lower bound on log p(target | context), in nats.
///
/// Rounds of b = min(strata, samples) samples. In a round, sample j masks each target token where
/// its uniform is below p_j = (1 - e) t_j + e with t_j = (offset + j / b) mod 1 and e the lowest
/// rate (float32), and contributes
///     (1 / p_j) * sum over masked i of -log p(x_i | context, tokens not masked).
/// The estimate is minus the mean over all samples; its standard error comes from the spread of the
/// round means and is empty for a single round. Bound::lower. With e = 0 the variance of one sample
/// is infinite, since t_j comes arbitrarily close to 0. With e > 0 it is finite, and what is
/// estimated is the mean over rates above e alone (docs/estimators.md).
///
/// Equal rows of a request are computed once, and a row without a mask not at all: that changes no
/// bit of the result, and `rows` counts what is computed.
/// Nie et al. 2024, arXiv:2410.18514, section 3; stratified rates after Kingma et al. 2021,
/// arXiv:2107.00630.
[[nodiscard]] std::unique_ptr<ScoreSource> monte_carlo_source(Scoring scoring,
                                                              const MonteCarlo& config,
                                                              const MonteCarloDraws& draws);

}  // namespace smdm
