/// Checks that several evaluators share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "models/language_model.hpp"

namespace smdm {

/// @param what  names the caller's work in the error
/// @throws std::invalid_argument  if the model is of the other kind
const MaskedDiffusion& require_masked_diffusion(const ModelInfo& info, const std::string& what);
void require_autoregressive(const ModelInfo& info, const std::string& what);

/// @param what  names the ids in the error, like "request 3: context"
/// @throws std::invalid_argument  if an id is neither below vocab_tokens nor, where `mask_allowed`,
///                                the model's mask id
void check_ids(const ModelInfo& info,
               std::span<const std::int64_t> ids,
               bool mask_allowed,
               const std::string& what);

/// @param index  of the prompt, for the error
/// @throws std::invalid_argument  if a prompt is longer than `total_length`, has an id that is
///                                neither below vocab_tokens nor the mask id, or is empty although
///                                the model is autoregressive
void check_prompt(const ModelInfo& info,
                  std::span<const std::int64_t> prompt,
                  std::int64_t total_length,
                  std::size_t index);

/// @throws std::invalid_argument  if it is not 1..max_tokens
void check_total_length(const ModelInfo& info, std::int64_t total_length);

}  // namespace smdm
