#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace smdm {

/// Runs another program on the same work: one line of the shell, behind which arguments are put.
/// @param command   as --reference has it
/// @param arguments names without dashes, and values
/// @param key       of the JSON object that it prints
/// @return          the number there
/// @throws Error(usage)  if it prints something else
[[nodiscard]] double reference_rate(
    const std::string& command,
    const std::vector<std::pair<std::string, std::string>>& arguments,
    const std::string& key);

}  // namespace smdm
