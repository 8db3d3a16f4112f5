#include "results/compare/scores.hpp"

#include "base/error.hpp"
#include "base/score_kind.hpp"

namespace smdm {
namespace {

/// The name of the estimator; "" where there is none.
std::string estimator_of(const TaskSettings& settings) {
  const auto found = settings.known().find("estimator");
  if (found == settings.known().end() || !found->is_string()) return "";
  return found->get<std::string>();
}

/// The score that a task was computed by; "" where it has likelihoods or texts.
std::string score_of(const TaskSettings& settings) {
  const auto name = estimator_of(settings);
  return is_score_name(name) ? name : "";
}

/// "ranking scores (pll)", "no ranking scores (exact)"
std::string words_of(const TaskSettings& settings) {
  const auto name = estimator_of(settings);
  const std::string kind = is_score_name(name) ? "ranking scores" : "no ranking scores";
  return name.empty() ? kind : kind + " (" + name + ")";
}

}  // namespace

void refuse_other_scores(const std::string& what,
                         const std::string& task,
                         const TaskSettings& a,
                         const TaskSettings& b) {
  if (score_of(a) == score_of(b)) return;
  throw Error(ErrorKind::results,
              what + ": " + task +
                  ": ranking scores are no likelihoods, and compare with nothing but themselves: "
                  "wanted the same score in both, got " +
                  words_of(a) + " and " + words_of(b));
}

}  // namespace smdm
