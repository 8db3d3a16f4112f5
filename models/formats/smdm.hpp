/// The checkpoints of "Scaling up Masked Diffusion Models on Text" (SMDM): configurations in the
/// field names of lit_gpt, tensors in its names. The mask's id is V, behind the vocabulary, and has
/// an embedding row of its own; rotary angles have base 10000; logits are not shifted. It is also
/// the format that training writes.
#pragma once

#include <string>

#include "models/formats/format.hpp"

namespace smdm {

[[nodiscard]] ModelFormat smdm_format();

/// The table of the format.
[[nodiscard]] TensorNames smdm_tensors();

/// The text of a config.json that the format reads as the same configuration.
/// @throws std::invalid_argument  if the format has no words for it: any field of a configuration
///                                that other families have and SMDM's files do not say
[[nodiscard]] std::string smdm_config_text(const ModelConfig& config);

}  // namespace smdm
