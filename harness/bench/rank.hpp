/// How well the numbers that a masked diffusion model's answers may be ranked by agree with the
/// likelihood itself: ranking scores, sampler's likelihoods, the bound and its estimates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "harness/bench/studied.hpp"
#include "results/statistics/interval.hpp"

namespace smdm {

/// Of one question under one verdict (acc, acc_norm), beside the verdict by exact any_order.
struct QuestionAgreement {
  /// [seeds], one where nothing is random: 1 where the largest value is of the same choice (of
  /// equal ones the first), else 0.
  std::vector<double> same;
  /// Kendall's tau with any_order over pairs of choices, its mean over seeds: the share of pairs
  /// that stand in the same order less that of those in the other one; a tie of the value is
  /// neither. Empty where any_order tells no pair apart.
  std::optional<double> tau = {};
};

/// One way to value answers.
struct RankedValue {
  std::string name;
  bool random = false;           ///< over seeds
  double rows_per_choice = 0.0;  ///< mean; without guidance, rows shared by choices counted in each
  /// [metrics][questions]; empty where there is no such value: no model, or one without it.
  std::vector<std::vector<QuestionAgreement>> agreements;
};

/// All values over the questions of a task, or of several together.
struct RankStudy {
  std::string task;
  std::vector<std::string> metrics;
  std::size_t choices = 0;            ///< of all questions
  std::vector<std::string> clusters;  ///< of the questions, see StudiedTask
  std::vector<RankedValue> values;
};

/// What a value's agreement is over questions.
struct Agreement {
  double same = 0.0;  ///< share of the questions
  std::optional<Interval> same_interval;
  std::optional<double> tau;  ///< mean over those that have one
  std::optional<Interval> tau_interval;
};

/// The four ranking scores, DUEL's policies, the bound, and every estimator of the bound at its
/// default budget. One that has no value on the tables is there without agreements.
/// @param study    with questions; its tables have ranks, else policies but left_to_right have no
///                 values
/// @param repeats  seeds of what is random, from 0, at least one
[[nodiscard]] RankStudy rank_study(const StudiedTask& study, std::int64_t repeats);

/// The questions of all studies as one study. A value that one of them has not, it has not.
/// @param studies  with the same metrics, at least one
[[nodiscard]] RankStudy joined(std::span<const RankStudy> studies);

/// 95 % intervals over questions (metric_interval()), over clusters of them where there are any.
/// That of `same` is Wilson's; the seeds of a question are a cluster. That of tau is of (1 + tau) /
/// 2, so that two choices, whose tau is 1 or -1, have Wilson's too; else it is Student's t, and
/// ends at -1 and 1.
/// @param questions  at least one
[[nodiscard]] Agreement agreement_of(std::span<const QuestionAgreement> questions,
                                     std::span<const std::string> clusters);

/// A row for each value of each study.
[[nodiscard]] std::string rank_table(std::span<const RankStudy> studies);

[[nodiscard]] Json to_json(const RankStudy& study);

}  // namespace smdm
