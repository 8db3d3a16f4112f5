/// Mistral: LLaMA's layers, and a window of attention unless sliding_window is null.
/// Autoregressive.
#pragma once

#include "models/formats/format.hpp"

namespace smdm {

[[nodiscard]] ModelFormat mistral_format();

}  // namespace smdm
