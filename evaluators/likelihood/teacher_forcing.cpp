// One group of rows for all requests with one context: the context, whose last position predicts
// everybody's first token, and the targets that continue it.
#include "evaluators/likelihood/teacher_forcing.hpp"

#include <algorithm>
#include <utility>

namespace smdm {
namespace {

class TeacherForcingSource final : public ScoreSource {
 public:
  TeacherForcingSource(std::span<const TokenRequest> requests,
                       SumType sum,
                       WithArgmax with_greedy,
                       std::function<void(std::size_t, const Estimate&)> done)
      : requests_(requests),
        sum_(sum),
        with_greedy_(with_greedy),
        done_(std::move(done)),
        estimates_(requests.size()) {}

  std::optional<RowGroup> next() override {
    if (std::exchange(made_, true)) return std::nullopt;
    RowGroup group;
    add_context(group);
    for (std::size_t r = 0; r < requests_.size(); ++r) add_target(group, r);
    return group;
  }

  void take(const Scores& scores) override {
    const auto count = requests_.size();
    auto at = count;  // the first tokens come first, then every target's others
    for (std::size_t r = 0; r < count; ++r) {
      const auto& target = requests_[r].continuation;
      auto nats = scores.log_p[r];
      auto greedy = is_first_choice(scores, r, target.front());
      for (std::size_t i = 1; i < target.size(); ++i, ++at) {
        nats += scores.log_p[at];
        greedy = greedy && is_first_choice(scores, at, target[i]);
      }
      estimates_[r].nats = round_sum(nats, sum_);
      if (with_greedy_ == WithArgmax::yes) estimates_[r].is_greedy = greedy;
    }
  }

  void finish() override {
    for (std::size_t r = 0; r < estimates_.size(); ++r) done_(r, estimates_[r]);
  }

 private:
  static bool is_first_choice(const Scores& scores, std::size_t at, std::int64_t token) {
    return !scores.argmax.empty() && scores.argmax[at] == token;
  }

  void add_context(RowGroup& group) {
    group.rows.append(requests_.front().context);
    estimates_.front().rows = 1;
    estimates_.front().tokens = group.rows.tokens();
    for (const auto& request : requests_) {
      group.rows.wanted.push_back(group.rows.tokens() - 1);
      group.tokens.push_back(request.continuation.front());
    }
  }

  void add_target(RowGroup& group, std::size_t r) {
    const std::span target(requests_[r].continuation);
    const auto read = target.first(target.size() - 1);
    if (read.empty()) return;
    for (std::size_t i = 0; i < read.size(); ++i) {
      group.rows.wanted.push_back(group.rows.tokens() + static_cast<std::int64_t>(i));
      group.tokens.push_back(target[i + 1]);
    }
    group.rows.append(read, /*parent=*/0);
    estimates_[r].rows += 1;
    estimates_[r].tokens += static_cast<std::int64_t>(read.size());
  }

  std::span<const TokenRequest> requests_;
  SumType sum_;
  WithArgmax with_greedy_;
  std::function<void(std::size_t, const Estimate&)> done_;
  std::vector<Estimate> estimates_;
  bool made_ = false;
};

}  // namespace

std::size_t requests_with_one_context(std::span<const TokenRequest> requests) {
  constexpr std::size_t kMostRequests = 64;
  constexpr std::size_t kMostTokens = 8192;
  const auto& first = requests.front();
  auto tokens = first.context.size() + first.continuation.size();
  const auto most = std::min(requests.size(), kMostRequests);
  std::size_t count = 1;
  for (; count < most; ++count) {
    tokens += requests[count].continuation.size();
    if (tokens > kMostTokens || requests[count].context != first.context) break;
  }
  return count;
}

std::unique_ptr<ScoreSource> teacher_forcing_source(
    std::span<const TokenRequest> requests,
    SumType sum,
    WithArgmax with_greedy,
    std::function<void(std::size_t, const Estimate&)> done) {
  return std::make_unique<TeacherForcingSource>(requests, sum, with_greedy, std::move(done));
}

}  // namespace smdm
