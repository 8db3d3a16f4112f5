/// Answers as bytes, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/run/item.hpp"

namespace smdm {

/// Everything of an answer, floating-point numbers bit for bit. The first byte is a version.
[[nodiscard]] std::string encode_answer(const Answer& answer);

/// @return nothing for bytes that encode_answer() of this version does not give
[[nodiscard]] std::optional<Answer> decode_answer(std::string_view bytes);

}  // namespace smdm
