/// One document as a report shows it: what was asked, and what each run made of it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/report/content.hpp"

namespace smdm::report {

/// What a run made of a document.
struct DocumentRun {
  std::size_t run = 0;  ///< in Report::runs
  /// Whether it is right under the task's first metric of verdicts; empty where there is none.
  std::optional<bool> correct = {};
  /// Of the task's first metric; empty where that is a list of counts.
  std::optional<double> value = {};
  // One for each request, nats. Of a generation there are none.
  std::vector<double> scores = {};
  std::vector<std::optional<double>> errors = {};  ///< Monte Carlo, standard errors
  /// The any-order likelihood, where it is known.
  std::vector<std::optional<double>> any_order = {};
  std::optional<std::size_t> picked = {};  ///< the likeliest choice, where there are several
  bool undecided = false;                  ///< see undecided_choice()
  bool missed = false;                     ///< a request is not as precise as --target-error asked
  // Texts, where the report has them.
  std::optional<std::string> generation = {};
  std::optional<std::string> extracted = {};
  std::vector<Revealed> trace = {};
};

struct Document {
  std::size_t number = 0;  ///< in the task
  std::int64_t id = 0;     ///< doc_id of its first run
  std::optional<std::size_t> gold = {};
  // Texts, where the report has them.
  std::optional<std::string> prompt = {};
  std::optional<std::string> target = {};
  std::vector<std::string> choices = {};
  std::vector<DocumentRun> runs = {};  ///< those that have it
};

/// @param number  of a document, below task.documents
[[nodiscard]] Document document_of(const Report& report, const Task& task, std::size_t number);

/// The numbers of the documents that the report holds of a task, ascending (Settings::documents).
[[nodiscard]] std::vector<std::size_t> shown_documents(const Report& report, const Task& task);

/// The chance above which a verdict counts as one that other mask draws might turn.
inline constexpr double kTurning = 0.025;

/// Whether other mask draws might make another choice the likeliest: the best and the second differ
/// by less than 1.96 standard errors of their difference. Where the gold choice is one of the two,
/// that is what the verdict's own Monte Carlo error says, which comes from folds that the choices
/// share: it is sqrt(p (1 - p)), p the chance that the verdict turns, and p is above kTurning.
/// Else, and where there is no such error, the errors of the two count as independent.
/// @param verdict_error  of the metric that takes the likeliest choice; empty where it is not known
/// @return false where an error is not known
[[nodiscard]] bool undecided_choice(std::span<const double> scores,
                                    std::span<const std::optional<double>> errors,
                                    std::optional<std::size_t> gold,
                                    std::optional<double> verdict_error);

}  // namespace smdm::report
