/// Unicode's normal form C, of the version that pip's tokenizers 0.22 has: 9.0. Characters that are
/// younger stay as they are.
#pragma once

#include <string>
#include <string_view>

namespace smdm::unicode {

/// Characters that canonically mean the same become the same: marks in their canonical order,
/// composed where a composed character exists. @param text  UTF-8; malformed bytes give U+FFFD
[[nodiscard]] std::string nfc(std::string_view text);

}  // namespace smdm::unicode
