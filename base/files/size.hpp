/// How large a file is.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/error.hpp"

namespace smdm {

/// The bytes of a file, behind links; nothing of it is read.
/// @throws Error(kind)  with the path and the system's reason
[[nodiscard]] std::uint64_t file_bytes(const std::filesystem::path& path, ErrorKind kind);

/// Whether a file is there and holds something: asked once, so that it may go meanwhile.
[[nodiscard]] bool holds_bytes(const std::filesystem::path& path) noexcept;

}  // namespace smdm
