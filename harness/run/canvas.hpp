/// Infilling: prompts made of parts, some of them shown and some of them masks that are filled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "harness/run/item.hpp"
#include "harness/run/session.hpp"

namespace smdm {

/// So many tokens that are to be filled in.
struct Gap {
  std::int64_t tokens = 1;  ///< at least one
};

/// A part of a prompt: a text or ids that are shown, or a gap.
using PromptPart = std::variant<std::string, std::vector<std::int64_t>, Gap>;

/// The parts one behind the other, each encoded by itself. What a tokenizer puts in front of a text
/// (BOS, a dummy blank) it puts before the first part alone, if that is a text.
/// @param name  for errors: "FILE:LINE"
/// @return an Encoded with its prompt and `canvas` set; check_item() is yet to see it
/// @throws Error(request)     if the model is autoregressive, a shown id is outside the vocabulary
///                            or is the mask, or the parts together are longer than the model reads
/// @throws Error(checkpoint)  for a text, if there is no tokenizer
[[nodiscard]] Encoded encode_parts(std::span<const PromptPart> parts,
                                   const Session& session,
                                   const std::string& name);

/// The texts of what was filled in, one for each stretch of masks: what the stretch adds to the
/// text in front of it, blanks included.
/// @param canvas  with masks
/// @param output  the same filled in; it may end early
[[nodiscard]] std::vector<std::string> middles(std::span<const std::int64_t> canvas,
                                               std::span<const std::int64_t> output,
                                               const Session& session);

}  // namespace smdm
