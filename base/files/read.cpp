#include "base/files/read.hpp"

#include <vector>

#include "base/files/paths.hpp"

namespace smdm {

std::string read_file(const std::filesystem::path& path, ErrorKind kind, Input input) {
  const auto descriptor = open_input(path, kind, input);
  std::vector<char> block(std::size_t{1} << 16U);
  std::string bytes;
  std::size_t got = 0;
  do {
    got = read_some(descriptor.number(), block, path.string(), kind);
    bytes.append(block.data(), got);
  } while (got == block.size());
  return bytes;
}

std::optional<std::string> read_file_if_there(const std::filesystem::path& path, ErrorKind kind) {
  if (is_absent(path)) return std::nullopt;
  return read_file(path, kind);
}

}  // namespace smdm
