/// Commands as a shell reads them.
#pragma once

#include <span>
#include <string>

namespace smdm {

/// A program with its arguments on one line, each quoted where it has to be.
[[nodiscard]] std::string shell_command(const std::string& program,
                                        std::span<const std::string> arguments);

}  // namespace smdm
