#include "evaluators/rows/checks.hpp"

#include <stdexcept>
#include <variant>

namespace smdm {

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

void check_ids(const ModelInfo& info,
               std::span<const std::int64_t> ids,
               bool mask_allowed,
               const std::string& what) {
  const auto* diffusion = std::get_if<MaskedDiffusion>(&info.objective);
  for (const auto id : ids) {
    if (id >= 0 && id < info.vocab_tokens) continue;
    if (mask_allowed && diffusion != nullptr && id == diffusion->mask_id) continue;
    throw std::invalid_argument(what + ": wanted ids of 0.." +
                                std::to_string(info.vocab_tokens - 1) + ", got " +
                                std::to_string(id));
  }
}

void check_prompt(const ModelInfo& info,
                  std::span<const std::int64_t> prompt,
                  std::int64_t total_length,
                  std::size_t index) {
  const auto name = "prompt " + std::to_string(index);
  if (std::ssize(prompt) > total_length) {
    throw std::invalid_argument(name + ": wanted at most " + std::to_string(total_length) +
                                " tokens, the total length of prompt and answer, got " +
                                std::to_string(prompt.size()));
  }
  if (prompt.empty() && std::holds_alternative<Autoregressive>(info.objective)) {
    throw std::invalid_argument(
        name + ": wanted at least one token for an autoregressive model, got none");
  }
  check_ids(info, prompt, /*mask_allowed=*/true, name);
}

void check_total_length(const ModelInfo& info, std::int64_t total_length) {
  if (total_length < 1 || total_length > info.max_tokens) {
    throw std::invalid_argument("wanted a total length of 1.." + std::to_string(info.max_tokens) +
                                " tokens, got " + std::to_string(total_length));
  }
}

}  // namespace smdm
