#include "base/files/size.hpp"

#include <system_error>

namespace smdm {

std::uint64_t file_bytes(const std::filesystem::path& path, ErrorKind kind) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) throw Error(kind, path.string() + ": wanted a file's size, got: " + error.message());
  return bytes;
}

}  // namespace smdm
