#include "harness/run/likelihoods.hpp"

#include "base/error.hpp"
#include "harness/run/generate.hpp"
#include "harness/run/progress.hpp"

namespace smdm {
void check_enumeration(const std::vector<TokenRequest>& requests,
                       const Estimator& estimator,
                       const std::function<std::string(std::size_t)>& where) {
  const auto* exact = std::get_if<ExactSum>(&estimator);
  if (exact == nullptr) return;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    try {
      check_enumerable(requests[i].continuation.size(), *exact);
    } catch (const std::invalid_argument& error) {
      const bool by_rows = requests[i].continuation.size() <= kMaxEnumerated;
      throw Error(ErrorKind::request,
                  where(i) + ": " + error.what() + (by_rows ? " (--max-rows)" : ""));
    }
  }
}

void check_requests(const Session& session,
                    const std::vector<TokenRequest>& requests,
                    const std::function<std::string(std::size_t)>& where) {
  const auto limit = session.model->info().max_tokens;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto ids = requests[i].context;
    if (ids.empty() && session.checkpoint.kind == ModelKind::arm) {
      throw Error(
          ErrorKind::request,
          where(i) + ": an autoregressive model needs a context of at least one token, got none");
    }
    if (requests[i].continuation.empty()) {
      throw Error(ErrorKind::request,
                  where(i) +
                      ": wanted a continuation of at least one token, got none (its text merges "
                      "into the context's last token, or is empty)");
    }
    ids.insert(ids.end(), requests[i].continuation.begin(), requests[i].continuation.end());
    check_ids(*session.model, ids, limit, where(i));
  }
}

std::vector<Estimate> likelihoods(const Session& session,
                                  const std::vector<TokenRequest>& requests,
                                  const LikelihoodConfig& config,
                                  const std::string& label,
                                  const std::function<std::string(std::size_t)>& where) {
  check_requests(session, requests, where);
  check_enumeration(requests, config.estimator, where);
  std::vector<Estimate> estimates(requests.size());
  Progress progress(label, requests.size(), "requests");
  score(*session.model, requests, config, [&](std::size_t index, const Estimate& estimate) {
    estimates[index] = estimate;
    progress.advance();
  });
  return estimates;
}

}  // namespace smdm
