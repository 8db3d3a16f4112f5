/// Checks that several evaluators share.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "evaluators/rows/score_source.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// @param what  names the caller's work in the error
/// @throws std::invalid_argument  if the model is of the other kind
const MaskedDiffusion& require_masked_diffusion(const ModelInfo& info, const std::string& what);
void require_autoregressive(const ModelInfo& info, const std::string& what);

/// Whether ids hold the mask of a masked diffusion model: such a token would count as hidden.
[[nodiscard]] bool holds_mask(const ModelInfo& info, std::span<const std::int64_t> ids);

/// The check of what is shown behind a continuation, before masks are put behind that: whoever
/// makes a suffix calls it, as ids alone do not tell a mask that is meant from one that a text
/// spells.
/// @throws Error(request)  if it holds the mask
void check_suffix(const ModelInfo& info,
                  std::span<const std::int64_t> suffix,
                  const std::string& name);

/// The one check of a likelihood request: who reads one calls it before anything is computed, and
/// nothing below checks again.
/// @param name  of the request, for the error: "FILE:LINE" or "task piqa, document 3, request 1"
/// @throws Error(request)  if its continuation is empty, if it has no context or a suffix for an
///                         autoregressive model, if it is longer than the model reads, or an id is
///                         outside the vocabulary, or is the mask; masks at the end of a suffix are
///                         a part of the text that is hidden from the model
void check_request(const ModelInfo& info, const TokenRequest& request, const std::string& name);

/// The same of a prompt.
/// @throws Error(request)  if it is longer than `total_length`, has an id that is outside the
///                         vocabulary or the mask, or is empty although the model is
///                         autoregressive
void check_prompt(const ModelInfo& info,
                  std::span<const std::int64_t> prompt,
                  std::int64_t total_length,
                  const std::string& name);

/// The same of a canvas: a whole document, in which masks are to be filled.
/// @throws Error(request)  if the model is autoregressive, if it holds no mask, is longer than the
///                         model reads, or has an id that is neither in the vocabulary nor the mask
void check_canvas(const ModelInfo& info,
                  std::span<const std::int64_t> canvas,
                  const std::string& name);

/// @throws std::invalid_argument  if it is not 1..max_tokens
void check_total_length(const ModelInfo& info, std::int64_t total_length);

}  // namespace smdm
