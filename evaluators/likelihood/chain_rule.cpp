#include "evaluators/likelihood/chain_rule.hpp"

#include <numeric>
#include <utility>

namespace smdm {
namespace {

class ChainRuleSource final : public ScoreSource {
 public:
  explicit ChainRuleSource(Scoring scoring)
      : scoring_(std::move(scoring)), hidden_(scoring_.request->continuation.size()) {
    std::iota(hidden_.begin(), hidden_.end(), std::size_t{0});
    estimate_.bound = Bound::chain_rule;
  }

  std::optional<RowGroup> next() override {
    if (made_ == hidden_.size()) return std::nullopt;
    const auto hidden = std::span(hidden_).subspan(made_++);
    auto group = masked_row(scoring_, hidden, hidden.first(1));
    add_cost(estimate_, group);
    return group;
  }

  void take(const Scores& scores) override { estimate_.nats += scores.log_p.front(); }

  void finish() override {
    estimate_.nats = round_sum(estimate_.nats, scoring_.sum);
    scoring_.done(estimate_);
  }

 private:
  Scoring scoring_;
  std::vector<std::size_t> hidden_;  ///< all target tokens
  std::size_t made_ = 0;             ///< rows made
  Estimate estimate_;
};

}  // namespace

std::unique_ptr<ScoreSource> chain_rule_source(Scoring scoring) {
  return std::make_unique<ChainRuleSource>(std::move(scoring));
}

}  // namespace smdm
