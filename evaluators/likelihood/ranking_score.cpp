// The rows of a score are settled by its kind and the target's length, and each gives a part of its
// sum.
#include "evaluators/likelihood/ranking_score.hpp"

#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/text/names.hpp"
#include "evaluators/rows/checks.hpp"

namespace smdm {
namespace {

/// Target tokens that a row hides, and those that it scores.
struct ScoredRow {
  std::vector<std::size_t> hidden;
  std::vector<std::size_t> scored;
};

std::vector<ScoredRow> rows_of(ScoreKind kind, std::size_t length) {
  std::vector<std::size_t> all(length);
  std::iota(all.begin(), all.end(), std::size_t{0});
  switch (kind) {
    case ScoreKind::one_step:
      return {{.hidden = all, .scored = all}};
    case ScoreKind::first_token:
      return {{.hidden = all, .scored = {0}}};
    case ScoreKind::in_view:
      return {{.hidden = {}, .scored = all}};
    case ScoreKind::pseudo_likelihood:
      break;
  }
  std::vector<ScoredRow> rows;
  rows.reserve(length);
  for (const auto i : all) rows.push_back({.hidden = {i}, .scored = {i}});
  return rows;
}

class RankingScoreSource final : public ScoreSource {
 public:
  RankingScoreSource(Scoring scoring, ScoreKind kind)
      : scoring_(std::move(scoring)), rows_(rows_of(kind, scoring_.request->continuation.size())) {
    estimate_.bound = Bound::score;
  }

  std::optional<RowGroup> next() override {
    if (made_ == rows_.size()) return std::nullopt;
    const auto& [hidden, scored] = rows_[made_++];
    auto group = masked_row(scoring_, hidden, scored);
    add_cost(estimate_, group);
    return group;
  }

  void take(const Scores& scores) override {
    for (const auto log_p : scores.log_p) estimate_.nats += log_p;
  }

  void finish() override { scoring_.done(estimate_); }

 private:
  Scoring scoring_;
  std::vector<ScoredRow> rows_;
  std::size_t made_ = 0;  ///< rows made
  Estimate estimate_;
};

}  // namespace

const char* why_no_score(const MaskedDiffusion& diffusion, const RankingScore& score) {
  if (score.kind != ScoreKind::in_view || !diffusion.excludes_mask) return nullptr;
  return "under MDLM's SUBS rule a token in view is certain, so that every score is 0";
}

void check_ranking_score(const ModelInfo& info, const RankingScore& score) {
  const std::string name = name_of(kAllScoreKinds, score.kind);
  const auto& diffusion = require_masked_diffusion(info, name);
  if (const auto* reason = why_no_score(diffusion, score))
    throw std::invalid_argument(name + ": " + reason);
}

std::unique_ptr<ScoreSource> ranking_score_source(Scoring scoring, const RankingScore& score) {
  return std::make_unique<RankingScoreSource>(std::move(scoring), score.kind);
}

}  // namespace smdm
