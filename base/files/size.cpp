#include "base/files/size.hpp"

#include <system_error>

namespace smdm {

std::uint64_t file_bytes(const std::filesystem::path& path, ErrorKind kind) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) throw Error(kind, path.string() + ": wanted a file's size, got: " + error.message());
  return bytes;
}

bool holds_bytes(const std::filesystem::path& path) noexcept {
  std::error_code gone;
  const auto bytes = std::filesystem::file_size(path, gone);
  return !gone && bytes > 0;
}

}  // namespace smdm
