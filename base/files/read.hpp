/// Whole files in memory.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace smdm {

/// All bytes of a file; nothing if it cannot be read: it is missing, a folder, or the system
/// refuses. What that means is the caller's to say.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& path);

}  // namespace smdm
