// Bytes go into a hidden temporary file in the folder of the target, are synchronised with the
// disk, and get their name by one rename: readers see the whole file or none. What must not be
// replaced is renamed with RENAME_NOREPLACE, or where the file system has not that, onto a name
// reserved first.
#include "base/files/atomic.hpp"

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/paths.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = std::size_t{1} << 20U;
constexpr mode_t kMode = 0666;  // less what the umask takes away

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
  const Descriptor reserved(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
  if (!reserved.is_open()) return errno;
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

/// Where a folder will stand: behind links, without a slash at the end.
fs::path place_of_folder(const fs::path& path) {
  const auto end =
      behind_links(path.has_filename() ? path : path.parent_path(), ErrorKind::results);
  const auto real = real_path(end, ErrorKind::results).lexically_normal();
  return real.has_filename() ? real : real.parent_path();
}

/// The place of a new folder, which nothing or an empty one takes.
fs::path free_place(const fs::path& path) {
  auto target = place_of_folder(path);
  if (is_taken(target) && !(is_folder(target) && entries_of(target, ErrorKind::results).empty())) {
    throw Error(ErrorKind::results, "wanted a new or empty folder, got " + path.string() +
                                        ", which exists and is not overwritten");
  }
  return target;
}

/// The folder, which can be written.
fs::path writable(fs::path folder) {
  check_writable(folder);
  return folder;
}

}  // namespace

PendingFile::PendingFile(fs::path folder)
    : folder_(std::move(folder)), temporary_(folder_, PendingName::Kind::file) {}

void PendingFile::write(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= kBufferBytes) flush();
}

void PendingFile::flush() {
  write_all(temporary_.descriptor(), buffer_, "into " + folder_.string());
  buffer_.clear();
}

void PendingFile::close() {
  flush();
  // It stays open, and with that locked, until it has its name.
  const int failure = synchronize(temporary_.descriptor());
  if (failure != 0)
    throw Error(ErrorKind::results, because("cannot write into " + folder_.string(), failure));
}

bool PendingFile::commit(const std::string& name, Existing existing) {
  const fs::path target = folder_ / name;
  int failure = 0;
  if (existing == Existing::keep) {
    failure = rename_without_replacing(temporary_.path(), target);
  } else if (::rename(temporary_.path().c_str(), target.c_str()) != 0) {
    failure = errno;
  }
  if (failure == EEXIST && existing == Existing::keep) return false;
  if (failure != 0)
    throw Error(ErrorKind::results, because("cannot write " + target.string(), failure));
  temporary_.keep();
  return true;
}

MissingFolders::MissingFolders(const fs::path& folder) {
  for (auto path = folder; path.has_relative_path() && is_absent(path); path = path.parent_path())
    missing_.push_back(path);
}

MissingFolders::~MissingFolders() {
  for (const auto& folder : missing_) remove_quietly(folder);
}

PendingFolder::PendingFolder(const fs::path& target)
    : target_(free_place(target)),
      above_(folder_of(target_)),
      temporary_(writable(folder_of(target_)), PendingName::Kind::folder) {}

void PendingFolder::write(const std::string& path, std::string_view content) {
  const fs::path file = temporary_.path() / path;
  make_folder(file.parent_path());
  PendingFile pending(file.parent_path());
  pending.write(content);
  pending.close();
  static_cast<void>(pending.commit(file.filename().string(), Existing::replace));
}

void PendingFolder::commit() {
  if (::rename(temporary_.path().c_str(), target_.c_str()) != 0)
    throw Error(ErrorKind::results, because("cannot write " + target_.string(), errno));
  temporary_.keep();
  sync_folder(folder_of(target_));
}

void sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A folder may be writable without being readable: its files are safe, only their names are not
  // yet.
  if (!opened.is_open() && errno == EACCES) return;
  if (!opened.is_open())
    throw Error(ErrorKind::results, because("cannot open folder " + folder.string(), errno));
  const int failure = synchronize(opened.number());
  if (failure != 0)
    throw Error(ErrorKind::results, because("cannot write folder " + folder.string(), failure));
}

bool make_folder(const fs::path& folder) {
  std::error_code failure;
  const bool made = fs::create_directories(behind_links(folder, ErrorKind::results), failure);
  if (!failure) return made;
  const auto state = look_at(folder);
  if (state.standing == Standing::file || state.standing == Standing::other)
    throw Error(ErrorKind::results,
                "wanted a folder at " + folder.string() + ", found " + in_words(state));
  throw Error(ErrorKind::results,
              "cannot make folder " + folder.string() + ": " + failure.message());
}

bool claim_folder(const fs::path& folder) {
  std::error_code failure;
  const bool made = fs::create_directory(folder, failure);
  if (failure && !is_taken(folder)) {
    throw Error(ErrorKind::results,
                "cannot make folder " + folder.string() + ": " + failure.message());
  }
  return made && !failure;
}

void check_writable(const fs::path& folder) {
  make_folder(folder);
  remove_abandoned(folder);
  PendingFile probe(folder);  // made, and removed at once
  probe.write("x");
  probe.close();
}

void rename_new(const fs::path& from, const fs::path& to) {
  if (const int failure = rename_without_replacing(from, to); failure != 0)
    throw Error(ErrorKind::results,
                because("cannot rename " + from.string() + " to " + to.string(), failure));
}

void remove_quietly(const fs::path& path) noexcept {
  std::error_code failure;
  do {
    fs::remove(path, failure);
  } while (failure == std::errc::interrupted);
}

}  // namespace smdm
