// Fills forwards with the rows of many sources, and hands back to each what is its own.
#include "evaluators/rows/score_source.hpp"

#include <cmath>

#include <c10/util/BFloat16.h>

#include "base/error.hpp"
#include "base/text/python.hpp"

namespace smdm {
namespace {

/// Minus infinity is none either: every finite logit gives its token some probability.
void check_numbers(std::span<const double> log_p) {
  for (const auto value : log_p) {
    if (!std::isfinite(value)) {
      throw Error(ErrorKind::checkpoint, "wanted finite log-probabilities from the model, got " +
                                             python_float(value) + ": are its logits finite?");
    }
  }
}

/// The ranks of some positions.
PositionRanks part_of(const PositionRanks& ranks, std::size_t first, std::size_t count) {
  if (ranks.confidence.empty()) return {};
  const auto part = [&](const std::vector<double>& all) {
    const auto own = std::span(all).subspan(first, count);
    return std::vector<double>(own.begin(), own.end());
  };
  return {.confidence = part(ranks.confidence),
          .margin = part(ranks.margin),
          .entropy = part(ranks.entropy)};
}

}  // namespace

void run_sources(const LanguageModel& model,
                 const OpenScoreSource& open_next,
                 const PackingLimits& limits,
                 WithArgmax with_argmax,
                 WithRanks with_ranks) {
  const auto score_rows = [&](const RowGroup& forward) {
    return model.scores(forward.rows, forward.tokens, with_argmax, with_ranks);
  };
  run_sources(score_rows, open_next, limits);
}

void run_sources(const ScoreRows& score_rows,
                 const OpenScoreSource& open_next,
                 const PackingLimits& limits) {
  Packer<ScoreSource> packer(open_next, limits);
  while (true) {
    const auto batch = packer.next();
    if (batch.parts.empty()) return;
    const auto scores = score_rows(batch.rows);
    check_numbers(scores.log_p);
    const std::span<const double> log_p(scores.log_p);
    const std::span<const std::int64_t> argmax(scores.argmax);
    const std::span prefixes(scores.prefixes);
    for (const auto& part : batch.parts) {
      part.source->take(
          {.log_p = log_p.subspan(part.first, part.wanted),
           .argmax = argmax.empty() ? argmax : argmax.subspan(part.first, part.wanted),
           .prefixes = prefixes.empty() ? prefixes : prefixes.subspan(part.first_row, part.rows),
           .ranks = part_of(scores.ranks, part.first, part.wanted)});
    }
  }
}

std::array<PositionRange, 2> given_of(const TokenRequest& request) {
  const auto tokens = request.tokens();
  return {PositionRange{.begin = 0, .end = request.context.size()},
          PositionRange{.begin = tokens - request.suffix.size(), .end = tokens}};
}

bool show_the_same(const TokenRequest& a, const TokenRequest& b) {
  return a.context == b.context && a.suffix == b.suffix;
}

RowGroup masked_row(const Scoring& scoring,
                    std::span<const std::size_t> hidden,
                    std::span<const std::size_t> scored) {
  const auto& [context, target, suffix] = *scoring.request;
  std::vector<std::int64_t> ids(context);
  ids.insert(ids.end(), target.begin(), target.end());
  ids.insert(ids.end(), suffix.begin(), suffix.end());
  for (const auto i : hidden) ids[context.size() + i] = scoring.mask_id;
  std::vector<std::size_t> positions;
  positions.reserve(scored.size());
  for (const auto i : scored) positions.push_back(context.size() + i);
  auto group = guided_row(ids, given_of(*scoring.request), positions, scoring.mask_id, scoring.cfg);
  for (const auto i : scored) group.tokens.push_back(target[i]);
  return group;
}

void add_cost(Estimate& estimate, const RowGroup& group) {
  estimate.rows += static_cast<std::int64_t>(group.rows.rows());
  estimate.tokens += group.rows.tokens();
}

SumType sum_type(const ModelInfo& info) {
  const bool published = info.arithmetic == Arithmetic::smdm;
  return published && info.compute == ComputeType::bf16 ? SumType::bf16 : SumType::f64;
}

double round_sum(double nats, SumType type) {
  if (type == SumType::f64) return nats;
  return static_cast<float>(c10::BFloat16(static_cast<float>(nats)));
}

}  // namespace smdm
