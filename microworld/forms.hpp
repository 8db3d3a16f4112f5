/// How each kind of question becomes a problem and a row. Internal to the catalogue of kinds.
#pragma once

#include "microworld/kinds.hpp"

namespace smdm::microworld {

// Kinds that ask for the value of a key.
[[nodiscard]] Kind arc_easy_kind();
[[nodiscard]] Kind boolq_kind();
[[nodiscard]] Kind hellaswag_kind();
[[nodiscard]] Kind openbookqa_kind();
[[nodiscard]] Kind piqa_kind();
[[nodiscard]] Kind social_iqa_kind();

// Kinds that ask about a passage of their own.
[[nodiscard]] Kind lambada_kind();
[[nodiscard]] Kind race_kind();

}  // namespace smdm::microworld
