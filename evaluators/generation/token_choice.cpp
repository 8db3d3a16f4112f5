// Choosing with noise would need a draw for every token of the vocabulary at every position. Draws
// have a smallest and a largest value, so most tokens cannot win whatever they draw, and are passed
// over unseen.
#include "evaluators/generation/token_choice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include <ATen/core/Tensor.h>

#include "base/error.hpp"
#include "evaluators/rows/score_source.hpp"
#include "models/ops.hpp"

namespace smdm {
namespace {

/// How far apart the noise of two tokens can be at temperature 1, where every uniform lies in
/// [margin, 1 - margin]; rounded up.
double widest_noise(double margin) {
  if (margin <= 0.0) return std::numeric_limits<double>::infinity();
  constexpr double kSlack = 1e-6;  // far above the rounding of logarithms
  return std::log(-std::log(margin)) - std::log(-std::log1p(-margin)) + kSlack;
}

/// Chooses from single rows of logits, and keeps its buffers between them.
class NoisyChooser {
 public:
  NoisyChooser(double temperature, const TokenDraws& draws)
      : temperature_(temperature),
        draws_(draws),
        reach_(temperature * widest_noise(draws.margin)) {}

  std::int64_t choose(std::int64_t row, std::span<const float> logits) {
    find_rivals(logits);
    uniforms_.resize(rivals_.size());
    draws_.uniforms(row, rivals_, uniforms_);
    auto best = -std::numeric_limits<double>::infinity();
    auto winner = rivals_.front();
    for (std::size_t i = 0; i < rivals_.size(); ++i) {
      const double logit = logits[static_cast<std::size_t>(rivals_[i])];
      const auto noisy = logit - temperature_ * std::log(-std::log(uniforms_[i]));
      if (noisy > best) {
        best = noisy;
        winner = rivals_[i];
      }
    }
    return winner;
  }

 private:
  /// The tokens that some noise could lift above the largest logit.
  void find_rivals(std::span<const float> logits) {
    const double top = *std::max_element(logits.begin(), logits.end());
    // The maximum passes over NaN that does not come first.
    const bool has_nan = std::ranges::any_of(logits, [](float logit) { return std::isnan(logit); });
    if (has_nan || !std::isfinite(top)) reject_logits();
    rivals_.clear();
    for (std::size_t token = 0; token < logits.size(); ++token) {
      if (logits[token] >= top - reach_) rivals_.push_back(static_cast<std::int64_t>(token));
    }
  }

  double temperature_;
  const TokenDraws& draws_;
  double reach_;
  std::vector<std::int64_t> rivals_;
  std::vector<double> uniforms_;
};

std::vector<std::int64_t> first_choices(const at::Tensor& logits) {
  const auto best = likeliest_tokens(logits);  // of a row with NaN, the NaN
  if (!logits.gather(-1, best.unsqueeze(-1)).isfinite().all().item<bool>()) reject_logits();
  const auto tokens = best.to(c10::kCPU).contiguous();
  const auto* data = tokens.const_data_ptr<std::int64_t>();
  return {data, data + tokens.numel()};
}

}  // namespace

void reject_logits() {
  throw Error(
      ErrorKind::checkpoint,
      "wanted finite logits from the model, got NaN or infinity: are its weights too large?");
}

at::Tensor without_tokens(const at::Tensor& logits, std::span<const std::int64_t> tokens) {
  if (tokens.empty()) return logits;
  auto others = logits.clone();
  for (const auto token : tokens)
    others.select(-1, token).fill_(-std::numeric_limits<double>::infinity());
  return others;
}

at::Tensor without_mask(const at::Tensor& logits, const MaskedDiffusion& diffusion) {
  if (diffusion.excludes_mask || diffusion.mask_id >= logits.size(-1)) return logits;
  return without_tokens(logits, std::span(&diffusion.mask_id, 1));
}

std::vector<std::int64_t> choose_tokens(const at::Tensor& logits,
                                        double temperature,
                                        const TokenDraws& draws) {
  if (temperature == 0.0) return first_choices(logits);
  const auto values = logits.to(c10::kCPU, at::kFloat).contiguous();
  const auto width = static_cast<std::size_t>(values.size(1));
  const auto* data = values.const_data_ptr<float>();
  NoisyChooser chooser(temperature, draws);
  std::vector<std::int64_t> tokens;
  tokens.reserve(static_cast<std::size_t>(values.size(0)));
  for (std::int64_t row = 0; row < values.size(0); ++row) {
    tokens.push_back(chooser.choose(row, {data + static_cast<std::size_t>(row) * width, width}));
  }
  return tokens;
}

std::vector<double> log_confidences(const at::Tensor& logits,
                                    std::span<const std::int64_t> tokens) {
  constexpr std::int64_t kRowsAtOnce = 32;  // bounds the float64 copies
  const auto count = static_cast<std::int64_t>(tokens.size());
  const auto wanted = logits.new_empty({count, 1}, at::TensorOptions(at::kLong).device(c10::kCPU));
  std::copy(tokens.begin(), tokens.end(), wanted.mutable_data_ptr<std::int64_t>());
  std::vector<double> confidences;
  for (std::int64_t first = 0; first < logits.size(0); first += kRowsAtOnce) {
    const auto last = std::min(first + kRowsAtOnce, logits.size(0));
    const auto log_p = logits.slice(0, first, last).to(at::kDouble).log_softmax(-1);
    const auto index = wanted.slice(0, first, last).to(logits.device());
    const auto chosen = log_p.gather(-1, index).to(c10::kCPU).contiguous();
    const auto* data = chosen.const_data_ptr<double>();
    confidences.insert(confidences.end(), data, data + chosen.numel());
  }
  for (const auto confidence : confidences) {
    if (!std::isfinite(confidence)) reject_logits();
  }
  return confidences;
}

std::vector<Candidate> most_confident(std::vector<Candidate> candidates, std::size_t count) {
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return a.log_confidence > b.log_confidence; });
  if (candidates.size() > count) candidates.resize(count);
  return candidates;
}

void check_temperature(double temperature) {
  if (!std::isfinite(temperature) || temperature < 0.0) {
    throw std::invalid_argument("wanted a temperature of 0 or more, got " +
                                std::to_string(temperature));
  }
}

}  // namespace smdm
