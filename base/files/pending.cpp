// The lock is what tells the living from the dead: numbers of processes are used again, and mean
// nothing on another machine that writes into the same folder.
#include "base/files/pending.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files/paths.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kPrefix = ".smdm-";
constexpr std::string_view kSuffix = ".part";
constexpr mode_t kFileMode = 0666;  // less what the umask takes away
constexpr mode_t kFolderMode = 0777;

/// The paths of files under construction, for a signal handler: it can be called at any moment, on
/// any thread, and may neither wait nor allocate. A file that finds no place is removed by the next
/// program instead.
std::array<std::atomic<const char*>, 256>& names_in_work() {
  static std::array<std::atomic<const char*>, 256> names{};
  return names;
}

void remember(const char* name) noexcept {
  for (auto& place : names_in_work()) {
    const char* empty = nullptr;
    if (place.compare_exchange_strong(empty, name)) return;
  }
}

void forget(const char* name) noexcept {
  for (auto& place : names_in_work()) {
    const char* expected = name;
    if (place.compare_exchange_strong(expected, nullptr)) return;
  }
}

/// A name that no other process or thread uses: number of the process, of the file, and chance.
std::string new_name() {
  static std::atomic<unsigned> count{0};
  return std::string(kPrefix) + std::to_string(::getpid()) + "-" + std::to_string(count++) + "-" +
         std::to_string(std::random_device{}()) + std::string(kSuffix);
}

Descriptor make(const fs::path& path, PendingName::Kind kind) {
  if (kind == PendingName::Kind::file)
    return Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
  if (::mkdir(path.c_str(), kFolderMode) != 0) return {};
  Descriptor made(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!made.is_open()) {
    const int failure = errno;
    ::rmdir(path.c_str());
    errno = failure;
  }
  return made;
}

/// Locks what was made. Between its making and the lock another program may have taken it for
/// abandoned: then it is gone, and another one has to be made.
bool hold(const Descriptor& made) {
  while (::flock(made.number(), LOCK_EX) != 0 && errno == EINTR) {
  }
  struct stat status{};
  return ::fstat(made.number(), &status) == 0 && status.st_nlink > 0;
}

[[noreturn]] void refuse(const fs::path& folder, int code) {
  const auto state = look_at(folder);
  if (state.standing == Standing::nothing || state.standing == Standing::file)
    throw Error(ErrorKind::results, "wanted a folder at " + folder.string() + ", found " +
                                        (state.standing == Standing::file ? "a file" : "nothing"));
  throw Error(ErrorKind::results, because("cannot write into " + folder.string(), code));
}

/// Three numbers between prefix and suffix, as new_name() has them: other names are the user's.
bool is_our_name(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return false;
  name.remove_prefix(kPrefix.size() - 1);  // each number now stands behind a dash
  name.remove_suffix(std::min(kSuffix.size(), name.size()));
  const bool other = name.find_first_not_of("-0123456789") != std::string_view::npos;
  const bool missing = name.ends_with('-') || name.find("--") != std::string_view::npos;
  return !other && !missing && std::ranges::count(name, '-') == 3;
}

void remove_if_abandoned(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return;
  const bool folder = S_ISDIR(status.st_mode);
  if (!folder && !S_ISREG(status.st_mode)) return;
  // Network file systems want a file that is locked to be open for writing.
  const int mode = folder ? O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
                          : O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const Descriptor held(::open(path.c_str(), mode));
  if (!held.is_open() || ::flock(held.number(), LOCK_EX | LOCK_NB) != 0) return;
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

}  // namespace

PendingName::PendingName(const fs::path& folder, Kind kind) {
  while (!path_) {
    fs::path path = folder / new_name();
    auto made = make(path, kind);
    if (!made.is_open()) refuse(folder, errno);
    if (!hold(made)) continue;
    path_ = std::make_unique<const fs::path>(std::move(path));
    descriptor_ = std::move(made);
  }
  if (kind == Kind::file) remember(path_->c_str());
}

PendingName::~PendingName() {
  if (!path_) return;
  forget(path_->c_str());
  if (::unlink(path_->c_str()) == 0) return;  // needs no descriptor, of which there may be no more
  std::error_code ignored;
  fs::remove_all(*path_, ignored);
}

PendingName::PendingName(PendingName&& other) noexcept = default;

void PendingName::keep() noexcept {
  forget(path_->c_str());
  path_.reset();
  static_cast<void>(descriptor_.close());
}

void remove_abandoned(const fs::path& folder) {
  std::error_code failure;
  for (auto entry = fs::directory_iterator(folder, failure);
       !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    if (is_our_name(entry->path().filename().string())) remove_if_abandoned(entry->path());
  }
}

void remove_pending_files() noexcept {
  for (auto& place : names_in_work()) {
    const char* name = place.exchange(nullptr);
    if (name != nullptr) ::unlink(name);
  }
}

}  // namespace smdm
