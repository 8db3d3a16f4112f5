/// MDLM: a diffusion transformer (DiT) over tokens, with LayerNorm, GELU and a modulation by time
/// that is constant, because the published models do not look at the time. Masked diffusion by the
/// SUBS rule: the mask's own logit is -infinity.
#pragma once

#include "models/formats/format.hpp"

namespace smdm {

[[nodiscard]] ModelFormat mdlm_format();

}  // namespace smdm
