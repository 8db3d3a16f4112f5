/// Text inside XML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace smdm {

/// UTF-8 text as XML 1.0 takes it between tags and in attributes. Every byte of what XML cannot
/// hold (control characters, U+FFFE and U+FFFF, bytes that are not UTF-8) becomes U+FFFD.
[[nodiscard]] std::string xml_text(std::string_view text);

}  // namespace smdm
