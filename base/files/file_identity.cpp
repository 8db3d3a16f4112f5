#include "base/files/file_identity.hpp"

#include <cerrno>

#include <sys/stat.h>

#include "base/files/descriptor.hpp"

namespace smdm {

std::string file_identity(const std::filesystem::path& path, ErrorKind kind) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) throw Error(kind, because(path.string(), errno));
  const auto& changed = found.st_mtim;
  return std::to_string(found.st_dev) + "." + std::to_string(found.st_ino) + "." +
         std::to_string(found.st_size) + "." + std::to_string(changed.tv_sec) + "." +
         std::to_string(changed.tv_nsec);
}

}  // namespace smdm
