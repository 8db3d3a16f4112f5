/// Infilling: prompts made of parts, some of them shown and some of them masks that are filled.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/run/item.hpp"
#include "harness/run/prompt_part.hpp"
#include "harness/run/session.hpp"

namespace smdm {

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

/// What a filled canvas says.
struct FilledText {
  std::string text;  ///< all of it, what was shown included
  /// What was filled in, one for each stretch of masks: what the stretch adds to the text in front
  /// of it, blanks included.
  std::vector<std::string> middles;
};

/// @param canvas  with masks
/// @param output  the same filled in; it may end early
/// @param stops   texts that end what is filled in where masks are the last part
/// @throws Error(checkpoint)  if there is no tokenizer
[[nodiscard]] FilledText filled_text(std::span<const std::int64_t> canvas,
                                     std::span<const std::int64_t> output,
                                     std::span<const std::string> stops,
                                     const Session& session);

}  // namespace smdm
