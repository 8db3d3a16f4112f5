// A race is a group-sequential test: after each look (an analysis of the rows so far) choices that
// trail by more than chance explains are dropped, and the others get more rows. The differences are
// taken fold by fold: choices that share their draws have correlated folds, and what they have in
// common cancels.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/numbers/distributions.hpp"
#include "evaluators/racing/race.hpp"
#include "evaluators/subsets/target.hpp"

namespace smdm {
namespace {

/// Rows that a look adds to each fold; folds are opened as needed. At every look all folds have
/// grown alike, so that their estimates are identically distributed.
struct Look {
  std::size_t folds;          ///< how many there are from this look on
  std::size_t rows_per_fold;  ///< that each has by then
};
constexpr std::array<Look, 7> kLooks = {{{.folds = 8, .rows_per_fold = 1},
                                         {.folds = 16, .rows_per_fold = 1},
                                         {.folds = 16, .rows_per_fold = 2},
                                         {.folds = 16, .rows_per_fold = 4},
                                         {.folds = 16, .rows_per_fold = 6},
                                         {.folds = 16, .rows_per_fold = 8},
                                         {.folds = 16, .rows_per_fold = 10}}};
constexpr std::size_t kCorrections = 4;

/// Different subsets that must stand behind an estimate before it counts: fewer show hardly any
/// spread, whatever their losses, and their folds look surer than they are. Targets that have fewer
/// (of one or two tokens) are enumerated at the first look.
constexpr std::size_t kFewestSubsets = 4;

std::int64_t rows_at(std::size_t look) {
  return static_cast<std::int64_t>(kLooks[look].folds * kLooks[look].rows_per_fold);
}

/// The mean of a difference, its squared error, and the degrees of freedom of that.
struct Difference {
  double mean = 0.0;
  double variance = 0.0;
  double degrees = 0.0;  ///< 0 where there is no error
};

/// Adds an independent part of a difference (Welch and Satterthwaite's degrees of freedom).
class DifferenceSum {
 public:
  void add(const std::vector<double>& a,
           double scale_a,
           const std::vector<double>& b,
           double scale_b) {
    const auto folds = std::max(a.size(), b.size());
    const auto at = [](const std::vector<double>& values, std::size_t fold) {
      return values.size() == 1 ? values.front() : values[fold];  // an exact part has one value
    };
    std::vector<double> terms;
    terms.reserve(folds);
    for (std::size_t f = 0; f < folds; ++f) {
      terms.push_back(at(a, f) / scale_a - at(b, f) / scale_b);
    }
    const auto mean = mean_of_folds(terms, /*coincide=*/false);
    mean_ += mean.value;
    if (!mean.standard_error) return;
    const auto variance = *mean.standard_error * *mean.standard_error;
    variance_ += variance;
    squares_ += variance * variance / static_cast<double>(folds - 1);
  }

  [[nodiscard]] Difference total() const {
    return {.mean = mean_,
            .variance = variance_,
            .degrees = squares_ > 0.0 ? variance_ * variance_ / squares_ : 0.0};
  }

 private:
  double mean_ = 0.0;
  double variance_ = 0.0;
  double squares_ = 0.0;
};

/// Degrees of freedom as if there were half as many folds. Folds of few rows are skewed, and they
/// share the rows of their fits: with all degrees near ties lose their winner up to three times as
/// often as stated, with half of them no more often than stated (docs/estimators.md).
double cautious(double degrees) {
  return std::max(1.0, (degrees + 1.0) / 2.0 - 1.0);
}

class RacingPlan final : public SubsetPlan {
 public:
  RacingPlan(const RaceQuestion& question,
             const Racing& config,
             const BalancedDraws& draws,
             std::function<void(const RaceOutcome&)> outcome)
      : divisors_(question.divisors), outcome_(std::move(outcome)) {
    for (const auto& request : question.requests) {
      const auto length = request.continuation.size();
      // What the first look enumerates is exact over full rows, and needs no correction then.
      const bool listed = subset_count(length) <= rows_at(0);
      const bool frozen =
          !listed && reuses_prompt(config.prompt_reuse, length, request.context.size());
      choices_.push_back(std::make_unique<BalancedTarget>(length, frozen, draws));
    }
    seen_.resize(choices_.size());
    in_.assign(divisors_.size(), std::vector<bool>(choices_.size(), true));
    // Shared over looks, verdicts and pairs of the winner with another choice.
    const auto contrasts = std::max<std::size_t>(1, divisors_.size() * (choices_.size() - 1));
    level_ = config.error / static_cast<double>(contrasts * kLooks.size());
  }

  std::vector<AskedRow> next() override {
    if (look_ > 0) eliminate();
    std::vector<AskedRow> asked;
    while (asked.empty() && look_ < kLooks.size() && (look_ == 0 || !decided())) {
      asked = rows_of_look(look_++);
    }
    return asked;
  }

  void take(std::span<const RowLosses> losses) override {
    for (const auto& [choice, count] : std::exchange(counts_, {})) {
      choices_[choice]->take(losses.first(count));
      losses = losses.subspan(count);
    }
    parts_.clear();
    for (const auto& choice : choices_) parts_.push_back(choice->parts());
  }

  std::vector<Estimate> estimates() override {
    RaceOutcome outcome{.undecided = {}, .left = in_, .rows = rows_, .full_rows = full_rows_};
    for (const auto& in : in_) outcome.undecided.push_back(std::ranges::count(in, true) > 1);
    // Only what is still open after every look was not ended by anything that its rows showed.
    const bool ended = look_ < kLooks.size() || decided();
    std::vector<Estimate> estimates;
    for (std::size_t c = 0; c < choices_.size(); ++c) {
      const auto& choice = *choices_[c];
      auto estimate = estimate_of(choice.estimate());
      estimate.values.reset();  // some choices of a question would have them, others not
      estimate.eliminated = !alive(c);
      estimate.stopped = !choice.exact() && (estimate.eliminated || ended);
      estimates.push_back(std::move(estimate));
    }
    outcome_(outcome);
    return estimates;
  }

 private:
  [[nodiscard]] bool alive(std::size_t choice) const {
    return std::ranges::any_of(in_, [&](const auto& in) { return in[choice]; });
  }

  [[nodiscard]] bool decided() const {
    return std::ranges::all_of(in_,
                               [](const auto& in) { return std::ranges::count(in, true) < 2; });
  }

  std::vector<AskedRow> rows_of_look(std::size_t look) {
    const bool correct = look == 0 || correction_is_worse();
    std::vector<AskedRow> asked;
    for (std::size_t c = 0; c < choices_.size(); ++c) {
      if (!alive(c)) continue;
      if (correct && choices_[c]->frozen_prompt()) add_corrections(*choices_[c]);
      grow(*choices_[c], look);
      auto wanted = choices_[c]->wanted();
      if (wanted.empty()) continue;
      counts_.emplace_back(c, wanted.size());
      count_new(c, wanted);
      for (auto& row : wanted) asked.push_back({.request = c, .row = std::move(row)});
    }
    return asked;
  }

  /// Rows that were asked for before are not computed again.
  void count_new(std::size_t choice, std::span<const WantedRow> wanted) {
    for (const auto& row : wanted) {
      if (!seen_[choice].emplace(row.frozen_prompt, row.hidden).second) continue;
      rows_ += 1;
      if (!row.frozen_prompt) full_rows_ += 1;
    }
  }

  /// Where corrections would be as many as there are subsets, full rows over all of them are exact.
  static void add_corrections(BalancedTarget& choice) {
    const auto after = static_cast<std::int64_t>(choice.corrections() + kCorrections);
    if (after >= subset_count(choice.length())) {
      choice.enumerate_in_full();
    } else {
      choice.correct(kCorrections);
    }
  }

  /// Whether more rows over the frozen prompt would not help one of the choices. All choices get
  /// the same number of corrections, which are paired.
  [[nodiscard]] bool correction_is_worse() const {
    for (std::size_t c = 0; c < choices_.size(); ++c) {
      if (!alive(c) || !choices_[c]->frozen_prompt()) continue;
      if (error_of(parts_[c].back()) > error_of(parts_[c].front())) return true;
    }
    return false;
  }

  /// Unknown where the folds hide too few different subsets.
  static double error_of(const EstimatePart& part) {
    constexpr auto kUnknown = std::numeric_limits<double>::infinity();
    return hides_too_little(part) ? kUnknown : part.mean.standard_error.value_or(kUnknown);
  }

  static bool hides_too_little(const EstimatePart& part) {
    return !part.exact() && part.subsets < kFewestSubsets;
  }

  static void grow(BalancedTarget& choice, std::size_t look) {
    if (choice.enumerated()) return;
    if (subset_count(choice.length()) <= rows_at(look)) {
      choice.enumerate();
      return;
    }
    const auto before = choice.folds();
    const auto had = look == 0 ? 0 : kLooks[look - 1].rows_per_fold;
    for (std::size_t fold = 0; fold < kLooks[look].folds; ++fold) {
      const auto added = kLooks[look].rows_per_fold - (fold < before ? had : 0);
      if (added > 0) choice.grow(fold, added);
    }
  }

  /// Whether too few subsets stand behind a part for its folds to say anything about its error.
  [[nodiscard]] bool is_silent(std::size_t choice) const {
    return std::ranges::any_of(parts_[choice], hides_too_little);
  }

  /// Whether the leader of a pair leads by more than chance explains.
  [[nodiscard]] bool beats(std::size_t leader, std::size_t other, std::size_t verdict) const {
    if (is_silent(leader) || is_silent(other)) return false;
    const auto& divisors = divisors_[verdict];
    DifferenceSum sum;
    const auto& a = parts_[leader];
    const auto& b = parts_[other];
    // Of two choices one may have a correction and the other none: it is then 0 on that side.
    static const EstimatePart kNone = {.folds = {0.0}, .mean = {}};
    for (std::size_t p = 0; p < std::max(a.size(), b.size()); ++p) {
      const auto& of_a = p < a.size() ? a[p] : kNone;
      const auto& of_b = p < b.size() ? b[p] : kNone;
      sum.add(of_b.folds, divisors[other], of_a.folds, divisors[leader]);
    }
    const auto lead = sum.total();  // of losses, so the other's comes first
    // Exact values need no test; of equal ones the first wins, as in the metrics.
    if (choices_[leader]->exact() && choices_[other]->exact()) {
      return lead.mean > 0.0 || (lead.mean == 0.0 && leader < other);
    }
    if (!(lead.mean > 0.0) || lead.degrees == 0.0) return false;
    // Not the quantile at 1 - level, which small levels round to 1.
    const auto quantile = -student_t_quantile(level_, cautious(lead.degrees));
    return lead.mean > quantile * std::sqrt(lead.variance);
  }

  void eliminate() {
    for (std::size_t v = 0; v < in_.size(); ++v) {
      // All are held against those that were left before this look, so that the order of choices
      // decides nothing.
      const auto before = in_[v];
      for (std::size_t c = 0; c < choices_.size(); ++c) {
        for (std::size_t other = 0; other < choices_.size() && in_[v][c]; ++other) {
          if (other != c && before[c] && before[other] && beats(other, c, v)) in_[v][c] = false;
        }
      }
      if (std::ranges::count(in_[v], true) == 0) in_[v] = before;  // beaten in a circle
    }
  }

  std::vector<std::vector<double>> divisors_;
  std::function<void(const RaceOutcome&)> outcome_;
  std::vector<std::unique_ptr<BalancedTarget>> choices_;
  std::vector<std::vector<EstimatePart>> parts_;  ///< of each choice, at this look
  std::vector<std::vector<bool>> in_;             ///< [verdicts][choices]: not eliminated
  std::vector<std::pair<std::size_t, std::size_t>> counts_;  ///< rows of this round, by choice
  std::vector<std::set<std::pair<bool, Subset>>> seen_;      ///< each choice's rows so far
  std::int64_t rows_ = 0;
  std::int64_t full_rows_ = 0;
  std::size_t look_ = 0;  ///< looks whose rows were asked for
  double level_ = 0.0;
};

}  // namespace

std::unique_ptr<SubsetPlan> racing_plan(const RaceQuestion& question,
                                        const Racing& config,
                                        const BalancedDraws& draws,
                                        std::function<void(const RaceOutcome&)> outcome) {
  check_racing(config);
  return std::make_unique<RacingPlan>(question, config, draws, std::move(outcome));
}

void check_racing(const Racing& config) {
  if (!(config.error > 0.0 && config.error < 0.5)) {
    throw std::invalid_argument("racing: wanted an error rate above 0 and below 0.5, got " +
                                std::to_string(config.error));
  }
}

}  // namespace smdm
