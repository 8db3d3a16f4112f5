/// The error of an option whose value cannot be used.
#pragma once

#include <string>

namespace smdm {

/// @throws Error(usage)  "<option>: wanted <wanted>, got <came>"
[[noreturn]] void refuse(const std::string& option,
                         const std::string& wanted,
                         const std::string& came);

/// A number as errors show it: the shortest text that is read as the same number, "-2", "0.1".
[[nodiscard]] std::string number_text(double value);

}  // namespace smdm
