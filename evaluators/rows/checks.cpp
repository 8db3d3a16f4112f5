// One sentence for each limit that a request or prompt breaks: what was wanted and what came.
#include "evaluators/rows/checks.hpp"

#include <algorithm>
#include <stdexcept>
#include <variant>

#include "base/error.hpp"

namespace smdm {
namespace {

constexpr const char* kNotShown = "and cannot be part of what it reads";

void check_ids(const ModelInfo& info, std::span<const std::int64_t> ids, const std::string& name) {
  for (const auto id : ids) {
    if (id >= 0 && id < info.vocab_tokens) continue;
    throw Error(ErrorKind::request, name + ": token id " + std::to_string(id) +
                                        " is outside the vocabulary 0.." +
                                        std::to_string(info.vocab_tokens - 1));
  }
}

/// SMDM's mask is outside the vocabulary; where it is a token like others, a text may spell it.
void check_no_mask(const ModelInfo& info,
                   std::span<const std::int64_t> ids,
                   const std::string& name,
                   const char* why) {
  if (!holds_mask(info, ids)) return;
  const auto mask_id = std::get<MaskedDiffusion>(info.objective).mask_id;
  throw Error(ErrorKind::request, name + ": token id " + std::to_string(mask_id) +
                                      " is the mask, which hides tokens from the model " + why);
}

/// A suffix without the masks at its end.
std::span<const std::int64_t> shown_of(const ModelInfo& info,
                                       std::span<const std::int64_t> suffix) {
  const auto* diffusion = std::get_if<MaskedDiffusion>(&info.objective);
  while (diffusion != nullptr && !suffix.empty() && suffix.back() == diffusion->mask_id)
    suffix = suffix.first(suffix.size() - 1);
  return suffix;
}

void check_length(std::size_t tokens, std::int64_t limit, const std::string& name) {
  if (static_cast<std::int64_t>(tokens) <= limit) return;
  throw Error(ErrorKind::request, name + ": wanted at most " + std::to_string(limit) +
                                      " tokens, got " + std::to_string(tokens));
}

void check_autoregressive(const TokenRequest& request, const std::string& name) {
  if (request.context.empty()) {
    throw Error(ErrorKind::request,
                name + ": an autoregressive model needs a context of at least one token, got none");
  }
  if (!request.suffix.empty()) {
    throw Error(ErrorKind::request,
                name +
                    ": an autoregressive model reads nothing behind the continuation: wanted no "
                    "suffix, got " +
                    std::to_string(request.suffix.size()) + " tokens");
  }
}

}  // namespace

const MaskedDiffusion& require_masked_diffusion(const ModelInfo& info, const std::string& what) {
  const auto* diffusion = std::get_if<MaskedDiffusion>(&info.objective);
  if (diffusion == nullptr) {
    throw std::invalid_argument(what +
                                ": wanted a masked diffusion model, got an autoregressive one");
  }
  return *diffusion;
}

void require_autoregressive(const ModelInfo& info, const std::string& what) {
  if (!std::holds_alternative<Autoregressive>(info.objective)) {
    throw std::invalid_argument(what +
                                ": wanted an autoregressive model, got a masked diffusion one");
  }
}

bool holds_mask(const ModelInfo& info, std::span<const std::int64_t> ids) {
  const auto* diffusion = std::get_if<MaskedDiffusion>(&info.objective);
  return diffusion != nullptr && std::ranges::find(ids, diffusion->mask_id) != ids.end();
}

void check_suffix(const ModelInfo& info,
                  std::span<const std::int64_t> suffix,
                  const std::string& name) {
  check_no_mask(info, suffix, name, kNotShown);
}

void check_request(const ModelInfo& info, const TokenRequest& request, const std::string& name) {
  if (std::holds_alternative<Autoregressive>(info.objective)) check_autoregressive(request, name);
  if (request.continuation.empty()) {
    throw Error(ErrorKind::request,
                name +
                    ": wanted a continuation of at least one token, got none (its text merges into "
                    "the context's last token, or is empty)");
  }
  check_ids(info, request.context, name);
  check_ids(info, request.continuation, name);
  check_ids(info, shown_of(info, request.suffix), name);
  check_no_mask(info, request.context, name, kNotShown);
  check_no_mask(info, request.continuation, name, "and cannot be scored");
  check_no_mask(info, shown_of(info, request.suffix), name, kNotShown);
  check_length(request.tokens(), info.max_tokens, name);
}

void check_prompt(const ModelInfo& info,
                  std::span<const std::int64_t> prompt,
                  std::int64_t total_length,
                  const std::string& name) {
  if (prompt.empty() && std::holds_alternative<Autoregressive>(info.objective)) {
    throw Error(ErrorKind::request, name + ": an autoregressive model needs a prompt, got none");
  }
  check_ids(info, prompt, name);
  check_no_mask(info, prompt, name, kNotShown);
  check_length(prompt.size(), total_length, name);
}

void check_canvas(const ModelInfo& info,
                  std::span<const std::int64_t> canvas,
                  const std::string& name) {
  const auto* diffusion = std::get_if<MaskedDiffusion>(&info.objective);
  if (diffusion == nullptr) {
    throw Error(ErrorKind::request,
                name +
                    ": masks to be filled: wanted a masked diffusion model, got an autoregressive "
                    "one");
  }
  if (!holds_mask(info, canvas))
    throw Error(ErrorKind::request, name + ": wanted at least one mask to be filled, got none");
  for (std::size_t i = 0; i < canvas.size(); ++i) {
    if (canvas[i] != diffusion->mask_id) check_ids(info, canvas.subspan(i, 1), name);
  }
  check_length(canvas.size(), info.max_tokens, name);
}

void check_total_length(const ModelInfo& info, std::int64_t total_length) {
  if (total_length < 1 || total_length > info.max_tokens) {
    throw std::invalid_argument("wanted a total length of 1.." + std::to_string(info.max_tokens) +
                                " tokens, got " + std::to_string(total_length));
  }
}

}  // namespace smdm
