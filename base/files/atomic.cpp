// Bytes go into a hidden temporary file in the folder of the target, are synchronised with the
// disk, and get their name by one rename: readers see the whole file or none. What must not be
// replaced is renamed with RENAME_NOREPLACE, or where the file system has not that, onto a name
// reserved first.
#include "base/files/atomic.hpp"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <random>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/descriptor.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = std::size_t{1} << 20U;
constexpr mode_t kMode = 0666;  // less what the umask takes away

/// A name that no other process or thread uses: number of the process, of the file, and chance.
std::string temporary_name() {
  static std::atomic<unsigned> count{0};
  return ".smdm-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + "-" +
         std::to_string(std::random_device{}()) + ".part";
}

std::string why_not_a_folder(const fs::path& folder) {
  std::error_code failure;
  const auto status = fs::status(folder, failure);
  if (status.type() == fs::file_type::not_found)
    return "wanted a folder at " + folder.string() + ", found nothing";
  if (failure) return "cannot read " + folder.string() + ": " + failure.message();
  if (!fs::is_directory(status)) return "wanted a folder at " + folder.string() + ", found a file";
  return "";
}

int synchronize(int descriptor) {
  int result = 0;
  do {
    result = ::fsync(descriptor);
  } while (result != 0 && errno == EINTR);
  // Some file systems have no fsync for a folder; there is nothing more to do on them.
  return result != 0 && errno != EINVAL && errno != ENOTSUP ? errno : 0;
}

/// Renames for file systems without RENAME_NOREPLACE: an empty file of the wanted name, made by
/// whoever comes first, is the lock, and the rename replaces nothing else.
int rename_onto_reserved(const fs::path& from, const fs::path& to) {
  const int reserved = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (reserved < 0) return errno;
  ::close(reserved);
  if (::rename(from.c_str(), to.c_str()) == 0) return 0;
  const int failure = errno;
  ::unlink(to.c_str());
  return failure;
}

/// 0, or the error: EEXIST if something of that name exists.
int rename_without_replacing(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  const int failure = errno;
  if (failure != EINVAL && failure != ENOSYS && failure != ENOTSUP) return failure;
  return rename_onto_reserved(from, to);
}

}  // namespace

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

PendingFile::PendingFile(fs::path folder) : folder_(std::move(folder)) {
  const fs::path temporary = folder_ / temporary_name();
  descriptor_ = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (descriptor_ < 0) {
    const int failure = errno;
    const std::string reason = why_not_a_folder(folder_);
    throw Error(ErrorKind::results, reason.empty()
                                        ? because("cannot write into " + folder_.string(), failure)
                                        : reason);
  }
  temporary_ = temporary;
}

PendingFile::~PendingFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      buffer_(std::move(other.buffer_)) {}

void PendingFile::write(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= kBufferBytes) flush();
}

void PendingFile::flush() {
  write_all(descriptor_, buffer_, "into " + folder_.string());
  buffer_.clear();
}

void PendingFile::close() {
  flush();
  int failure = synchronize(descriptor_);
  if (::close(std::exchange(descriptor_, -1)) != 0 && failure == 0) failure = errno;
  if (failure != 0)
    throw Error(ErrorKind::results, because("cannot write into " + folder_.string(), failure));
}

bool PendingFile::commit(const std::string& name, Existing existing) {
  const fs::path target = folder_ / name;
  int failure = 0;
  if (existing == Existing::keep) {
    failure = rename_without_replacing(temporary_, target);
  } else if (::rename(temporary_.c_str(), target.c_str()) != 0) {
    failure = errno;
  }
  if (failure == EEXIST && existing == Existing::keep) return false;
  if (failure != 0)
    throw Error(ErrorKind::results, because("cannot write " + target.string(), failure));
  temporary_.clear();
  return true;
}

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // A folder may be writable without being readable: its files are safe, only their names are not
  // yet.
  if (descriptor < 0 && errno == EACCES) return;
  if (descriptor < 0)
    throw Error(ErrorKind::results, because("cannot open folder " + folder.string(), errno));
  const int failure = synchronize(descriptor);
  ::close(descriptor);
  if (failure != 0)
    throw Error(ErrorKind::results, because("cannot write folder " + folder.string(), failure));
}

void check_writable(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    const std::string reason = fs::exists(folder) ? why_not_a_folder(folder) : "";
    throw Error(ErrorKind::results,
                reason.empty() ? "cannot make folder " + folder.string() + ": " + failure.message()
                               : reason);
  }
  PendingFile probe(folder);  // made, and removed at once
  probe.write("x");
  probe.close();
}

void write_atomically(const fs::path& path, std::string_view content, Existing existing) {
  PendingFile file(folder_of(path));
  file.write(content);
  file.close();
  if (!file.commit(path.filename().string(), existing)) {
    throw Error(ErrorKind::results,
                "wanted a new file " + path.string() + ", which exists and is not overwritten");
  }
  sync_folder(folder_of(path));
}

}  // namespace smdm
