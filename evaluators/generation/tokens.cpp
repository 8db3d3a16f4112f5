// Logits are cut to the tokens that may be drawn, tokens are drawn from what is left, and facts are
// found a few rows at a time: float64 copies of a block would be many times the block.
#include "evaluators/generation/tokens.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include <ATen/core/Tensor.h>

namespace smdm {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

/// The ids of a row, largest logit first; of equal ones the lower id.
std::vector<std::size_t> sorted_ids(std::span<const float> logits) {
  auto ids = all_indices(logits.size());
  std::ranges::stable_sort(ids,
                           [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  return ids;
}

/// How many of the sorted ids top_p leaves.
std::size_t kept_mass(std::span<const float> logits,
                      std::span<const std::size_t> ids,
                      double temperature,
                      double top_p) {
  const double scale = temperature == 0.0 ? 1.0 : temperature;
  const double top = logits[ids.front()];
  std::vector<double> weights;
  weights.reserve(ids.size());
  double sum = 0.0;
  for (const auto id : ids) {
    weights.push_back(std::exp((logits[id] - top) / scale));
    sum += weights.back();
  }
  double before = 0.0;
  std::size_t count = 0;
  while (count < ids.size() && before <= top_p * sum) before += weights[count++];
  return count;
}

/// Gives the logits of a row that the rule leaves out no chance.
void cut_row(std::span<float> logits, const TokenRule& rule) {
  const auto ids = sorted_ids(logits);
  auto count = ids.size();
  if (rule.top_p < 1.0) count = kept_mass(logits, ids, rule.temperature, rule.top_p);
  const auto most = static_cast<std::size_t>(rule.top_k);
  if (most > 0 && most < count) {
    const auto last = logits[ids[most - 1]];
    const auto end = std::ranges::find_if(ids.begin() + rule.top_k, ids.begin() + std::ssize(ids),
                                          [&](std::size_t id) { return logits[id] < last; });
    count = std::min(count, static_cast<std::size_t>(end - ids.begin()));
  }
  for (const auto id : std::span(ids).subspan(count)) logits[id] = static_cast<float>(kNever);
}

at::Tensor cut(const at::Tensor& logits, const TokenRule& rule) {
  if (rule.top_p >= 1.0 && rule.top_k == 0) return logits;
  auto values = logits.to(c10::kCPU, at::kFloat).contiguous().clone();
  const auto width = static_cast<std::size_t>(values.size(1));
  auto* data = values.mutable_data_ptr<float>();
  const std::span all(data, static_cast<std::size_t>(values.numel()));
  for (const auto value : all) {
    if (std::isnan(value)) reject_logits();  // which no order has a place for
  }
  for (std::size_t first = 0; first < all.size(); first += width)
    cut_row(all.subspan(first, width), rule);
  return values;
}

/// Entropy and the two largest probabilities of a row.
void find_spread(std::span<const double> log_p, double offset, Candidate& candidate) {
  double entropy = 0.0;
  double best = 0.0;
  double second = 0.0;
  for (const auto one : log_p) {
    const auto p = std::exp(one);
    if (std::isnan(p)) reject_logits();
    if (p <= 0.0) continue;
    entropy -= p * (offset == 0.0 ? one : std::log(p + offset));
    second = std::max(second, std::min(p, best));
    best = std::max(best, p);
  }
  candidate.entropy = entropy;
  candidate.best = best;
  candidate.second = second;
}

void add_spreads(const at::Tensor& log_p, double offset, std::span<Candidate> candidates) {
  const auto values = log_p.to(c10::kCPU).contiguous();
  const auto width = static_cast<std::size_t>(values.size(1));
  const std::span all(values.const_data_ptr<double>(), width * candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i)
    find_spread(all.subspan(i * width, width), offset, candidates[i]);
}

/// The log-probabilities of one token per row.
std::vector<double> gathered(const at::Tensor& log_p, std::span<const Candidate> candidates) {
  const auto count = static_cast<std::int64_t>(candidates.size());
  const auto tokens = log_p.new_empty({count, 1}, at::TensorOptions(at::kLong).device(c10::kCPU));
  std::ranges::transform(candidates, tokens.mutable_data_ptr<std::int64_t>(), &Candidate::token);
  const auto chosen = log_p.gather(-1, tokens.to(log_p.device())).to(c10::kCPU).contiguous();
  const auto* data = chosen.const_data_ptr<double>();
  return {data, data + chosen.numel()};
}

/// Calls f(some of the candidates, the row of the first): few at once bound the float64 copies.
template <typename F>
void for_some_rows(std::span<Candidate> candidates, const F& f) {
  constexpr std::size_t kRowsAtOnce = 32;
  for (std::size_t first = 0; first < candidates.size(); first += kRowsAtOnce) {
    f(candidates.subspan(first, std::min(kRowsAtOnce, candidates.size() - first)),
      static_cast<std::int64_t>(first));
  }
}

std::vector<std::int64_t> barred_tokens(const TokenRule& rule,
                                        const SpecialTokens& special,
                                        const MaskedDiffusion& diffusion) {
  auto barred = special.barred;
  if (!rule.keeps_mask && !diffusion.excludes_mask) barred.push_back(diffusion.mask_id);
  return barred;
}

}  // namespace

void check_token_rule(const TokenRule& rule) {
  check_temperature(rule.temperature);
  if (!(rule.top_p > 0.0 && rule.top_p <= 1.0)) {
    throw std::invalid_argument("wanted a top_p above 0 and at most 1, got " +
                                std::to_string(rule.top_p));
  }
  if (rule.top_k < 0) {
    throw std::invalid_argument("wanted a top_k of 0 or more, got " + std::to_string(rule.top_k));
  }
}

TokenReader::TokenReader(TokenRule rule,
                         SpecialTokens special,
                         const MaskedDiffusion& diffusion,
                         FactNeeds needs,
                         bool tempered)
    : rule_(rule), special_(std::move(special)), needs_(needs), tempered_(tempered) {
  special_.barred = barred_tokens(rule, special_, diffusion);
}

at::Tensor TokenReader::allowed(const at::Tensor& logits) const {
  std::vector<std::int64_t> barred;
  barred.reserve(special_.barred.size());
  std::ranges::copy_if(special_.barred, std::back_inserter(barred),
                       [&](std::int64_t token) { return token < logits.size(-1); });
  return cut(without_tokens(logits, barred), rule_);
}

std::vector<Candidate> TokenReader::draw(const at::Tensor& logits,
                                         const TokenDraws& draws,
                                         std::span<const std::size_t> positions) const {
  const auto allowed_logits = allowed(logits);
  const auto tokens = choose_tokens(allowed_logits, rule_.temperature, draws);
  std::vector<Candidate> candidates;
  candidates.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i)
    candidates.push_back({.position = positions[i], .token = tokens[i]});
  find_facts(allowed_logits, needs_, candidates);
  return candidates;
}

std::vector<Candidate> TokenReader::judge(const at::Tensor& logits,
                                          std::span<const std::int64_t> tokens,
                                          std::span<const std::size_t> positions) const {
  const auto allowed_logits = allowed(logits);
  std::vector<Candidate> candidates;
  candidates.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i)
    candidates.push_back({.position = positions[i], .token = tokens[i]});
  find_facts(allowed_logits, {.spread = needs_.spread, .log_offset = needs_.log_offset},
             candidates);
  if (rule_.temperature == 0.0) {
    const auto best = choose_tokens(allowed_logits, 0.0, {});
    for (std::size_t i = 0; i < tokens.size(); ++i)
      candidates[i].log_confidence = best[i] == tokens[i] ? 0.0 : kNever;
    return candidates;
  }
  for_some_rows(candidates, [&](std::span<Candidate> some, std::int64_t first) {
    const auto rows = allowed_logits.slice(0, first, first + std::ssize(some));
    const auto chances =
        gathered(rows.to(at::kDouble).div(rule_.temperature).log_softmax(/*dim=*/-1), some);
    for (std::size_t i = 0; i < chances.size(); ++i) {
      if (std::isnan(chances[i])) reject_logits();
      some[i].log_confidence = chances[i];
    }
  });
  return candidates;
}

void TokenReader::find_facts(const at::Tensor& allowed,
                             const FactNeeds& needs,
                             std::span<Candidate> candidates) const {
  if (!needs.confidence && !needs.spread) return;
  const auto ranked = without_tokens(allowed, special_.unranked);
  for_some_rows(candidates, [&](std::span<Candidate> some, std::int64_t first) {
    auto rows = ranked.slice(0, first, first + std::ssize(some)).to(at::kDouble);
    if (tempered_ && rule_.temperature > 0.0) rows = rows.div(rule_.temperature);
    const auto log_p = rows.log_softmax(-1);
    if (needs.confidence) add_confidences(log_p, some);
    if (needs.spread) add_spreads(log_p, needs.log_offset, some);
  });
}

void TokenReader::add_confidences(const at::Tensor& log_p, std::span<Candidate> candidates) const {
  const auto confidences = gathered(log_p, candidates);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto token = candidates[i].token;
    const bool ranked = std::ranges::find(special_.unranked, token) == special_.unranked.end();
    if (std::isnan(confidences[i]) || (ranked && !std::isfinite(confidences[i]))) reject_logits();
    candidates[i].log_confidence = confidences[i];
  }
}

}  // namespace smdm
