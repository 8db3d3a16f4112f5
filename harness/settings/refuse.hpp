/// The error of an option whose value cannot be used.
#pragma once

#include <string>

namespace smdm {

/// @throws Error(usage)  "<option>: wanted <wanted>, got <came>"
[[noreturn]] void refuse(const std::string& option,
                         const std::string& wanted,
                         const std::string& came);

}  // namespace smdm
