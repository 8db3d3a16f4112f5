#include "base/files/lock.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

#include "base/error.hpp"

namespace smdm {

FolderLock::FolderLock(const std::filesystem::path& folder, Others others)
    : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  int failed = folder_.is_open() ? 0 : -1;
  if (failed == 0) {
    do {
      failed = ::flock(folder_.number(), others == Others::wait ? LOCK_EX : LOCK_EX | LOCK_NB);
    } while (failed != 0 && errno == EINTR);
  }
  if (failed != 0 && errno == EWOULDBLOCK) {
    throw Error(ErrorKind::results, "wanted the folder " + folder.string() +
                                        " alone, another program is writing there");
  }
  if (failed != 0)
    throw Error(ErrorKind::results, because("cannot lock " + folder.string(), errno));
}

}  // namespace smdm
