/// Which id is the mask and whether logits are shifted, out of what a user, a configuration and the
/// files of a tokenizer say. Nothing is preferred in silence: what says something else is an error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "models/config.hpp"

namespace smdm {

/// What the user says.
struct MaskAndShift {
  std::optional<std::int64_t> mask_id;  ///< --mask-id
  std::optional<bool> shift;            ///< --shift
};

/// Where a checkpoint's files say it.
struct SpecialTokenFiles {
  std::filesystem::path config;     ///< for errors: the configuration, or the weights without one
  std::filesystem::path weights;    ///< the folder of the weights, with generation_config.json
  std::filesystem::path tokenizer;  ///< the folder of the tokenizer's files
};

/// Sets mask_id, shifted_logits and eos_ids of a configuration as its format has read it.
/// @throws Error(checkpoint)  for a mask of an autoregressive model; two sources that disagree; a
///                            masked diffusion model without a mask, or with one outside its
///                            vocabulary; --shift where the family decides it
void settle_special_tokens(const MaskAndShift& asked,
                           const SpecialTokenFiles& files,
                           ModelKind kind,
                           ModelConfig& config);

}  // namespace smdm
