/// Text from files as a terminal may show it.
#pragma once

#include <string>
#include <string_view>

namespace smdm {

/// The text with everything escaped that a terminal would obey instead of showing: control
/// characters (of ASCII and U+0080 to U+009F), line and paragraph separators, what turns the
/// direction of writing round, and bytes that are not UTF-8. "\x1b" for an escape character, "\n"
/// for the end of a line, "\u202e" for an override. All other text stays as it is, backslashes too.
[[nodiscard]] std::string visible(std::string_view text);

}  // namespace smdm
