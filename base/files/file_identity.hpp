/// Which file a name stands for.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace smdm {

/// Device, inode, size and time of the last change of a file, behind links, as one text: equal for
/// two processes of one machine that see the same unchanged file.
/// @throws Error(kind)  with the path and the system's reason
[[nodiscard]] std::string file_identity(const std::filesystem::path& path, ErrorKind kind);

}  // namespace smdm
