/// Questions out of lists of requests.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "evaluators/likelihood/likelihood.hpp"
#include "evaluators/rows/checks.hpp"

namespace smdm::test {

/// Neighbours with one context as one question.
inline std::vector<TokenQuestion> by_context(std::span<const TokenRequest> requests) {
  std::vector<TokenQuestion> questions;
  while (!requests.empty()) {
    std::size_t count = 1;
    while (count < requests.size() && requests[count].context == requests.front().context) ++count;
    questions.push_back(requests.first(count));
    requests = requests.subspan(count);
  }
  return questions;
}

/// score() of these questions, gathered in the order of the requests.
inline std::vector<Estimate> score_by_context(const LanguageModel& model,
                                              std::span<const TokenRequest> requests,
                                              const LikelihoodConfig& config) {
  const auto questions = by_context(requests);
  std::vector<std::vector<Estimate>> all(questions.size());
  score(model, questions, config,
        [&](std::size_t q, std::vector<Estimate> estimates) { all[q] = std::move(estimates); });
  std::vector<Estimate> gathered;
  for (const auto& estimates : all)
    gathered.insert(gathered.end(), estimates.begin(), estimates.end());
  return gathered;
}

/// check_request() of all, named by their place.
inline void check_requests(const ModelInfo& info, std::span<const TokenRequest> requests) {
  for (std::size_t i = 0; i < requests.size(); ++i)
    check_request(info, requests[i], "request " + std::to_string(i));
}

}  // namespace smdm::test
