/// Opening what is read. Whoever reads a file that may be missing, may not be read, is a folder or
/// a pipe is told so in the same words everywhere.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/error.hpp"
#include "base/files/descriptor.hpp"

namespace smdm {

/// What an input may be.
enum class Input : std::uint8_t {
  file,    ///< only a file; a pipe, for whose writer one would wait, is refused
  stream,  ///< also what is read once from its begin to its end: a pipe, a device
};

/// Opens a file for reading.
/// @throws Error(kind)  "wanted to read <path>, got: <the system's reason>", or "wanted the file
///                      <path>, got a folder"
[[nodiscard]] Descriptor open_input(const std::filesystem::path& path, ErrorKind kind, Input input);

}  // namespace smdm
