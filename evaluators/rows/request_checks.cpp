#include "evaluators/rows/request_checks.hpp"

#include <stdexcept>
#include <string>
#include <variant>

#include "evaluators/rows/checks.hpp"

namespace smdm {

void check_request(const ModelInfo& info, const TokenRequest& request, std::size_t index) {
  const auto name = "request " + std::to_string(index);
  if (request.continuation.empty()) {
    throw std::invalid_argument(name + ": wanted a continuation of at least one token, got none");
  }
  if (request.context.empty() && std::holds_alternative<Autoregressive>(info.objective)) {
    throw std::invalid_argument(
        name + ": wanted a context of at least one token for an autoregressive model, got none");
  }
  const auto tokens =
      static_cast<std::int64_t>(request.context.size() + request.continuation.size());
  if (tokens > info.max_tokens) {
    throw std::invalid_argument(name + ": wanted at most " + std::to_string(info.max_tokens) +
                                " tokens of context and continuation, got " +
                                std::to_string(tokens));
  }
  check_ids(info, request.context, /*mask_allowed=*/true, name + ": context");
  check_ids(info, request.continuation, /*mask_allowed=*/false, name + ": continuation");
}

}  // namespace smdm
