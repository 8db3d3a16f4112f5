#include "base/files/read.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace smdm {

std::optional<std::string> read_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  std::string bytes;
  std::array<char, std::size_t{1} << 16U> block{};
  ssize_t got = 0;
  do {
    got = ::read(descriptor, block.data(), block.size());
    if (got > 0) bytes.append(block.data(), static_cast<std::size_t>(got));
  } while (got > 0 || (got < 0 && errno == EINTR));
  ::close(descriptor);
  if (got < 0) return std::nullopt;
  return bytes;
}

}  // namespace smdm
