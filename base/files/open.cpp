#include "base/files/open.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/files/paths.hpp"

namespace smdm {
namespace {

bool may_be(Standing standing, Input input) {
  return standing == Standing::file || (standing == Standing::other && input == Input::stream);
}

}  // namespace

Descriptor open_input(const std::filesystem::path& path, ErrorKind kind, Input input) {
  // Looked at before it is opened, since opening a pipe waits for its writer, and once more
  // afterwards, since another file may have come there meanwhile: without waiting then.
  const auto before = look_at(path);
  const bool told = before.standing != Standing::nothing && before.standing != Standing::unknown;
  if (told && !may_be(before.standing, input))
    throw Error(kind, "wanted the file " + path.string() + ", got " + in_words(before));
  // A standard stream that was closed is held by a file that this path would open anew.
  const auto own = own_descriptor(behind_links(path, kind));
  if (own && !may_read(*own))
    throw Error(kind, "wanted to read " + path.string() + ", got: " + reason_of(EBADF));
  const int waiting = input == Input::file ? O_NONBLOCK : 0;
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | waiting));
  if (!descriptor.is_open())
    throw Error(kind, "wanted to read " + path.string() + ", got: " + reason_of(errno));
  struct stat now{};
  if (input == Input::file && (::fstat(descriptor.number(), &now) != 0 || !S_ISREG(now.st_mode)))
    throw Error(kind, "wanted the file " + path.string() + ", got something else");
  return descriptor;
}

}  // namespace smdm
