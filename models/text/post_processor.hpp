/// The special tokens that a tokenizer's file puts around a text: its "post_processor".
#pragma once

#include <cstdint>
#include <vector>

#include "models/text/json_place.hpp"

namespace smdm {

struct SpecialFrame {
  std::vector<std::int64_t> front;
  std::vector<std::int64_t> behind;
};

/// Known are TemplateProcessing, ByteLevel (which adds nothing) and Sequence.
/// @throws Error(checkpoint)  for any other
[[nodiscard]] SpecialFrame read_post_processor(const JsonPlace& place);

}  // namespace smdm
