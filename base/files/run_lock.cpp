// Numbers of processes are used again and mean nothing on another machine; a lock ends with its
// process wherever the file system passes locks on. Where it does not, a file that another machine
// renewed a moment ago counts as held.
#include "base/files/run_lock.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "base/json.hpp"
#include "base/text/dates.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0666;  // less what the umask takes away
constexpr time_t kAlive = 30;   // seconds for which a renewal counts

std::string first_line(const char* file) {
  const auto text = read_file_if_there(file, ErrorKind::results).value_or("");
  return text.substr(0, text.find('\n'));
}

std::string host() {
  return first_line("/proc/sys/kernel/hostname");
}

std::string boot() {
  return first_line("/proc/sys/kernel/random/boot_id");
}

Json own_description() {
  return {{"host", host()},
          {"pid", ::getpid()},
          {"boot_id", boot()},
          {"since", date_text(std::chrono::system_clock::now(), TimeZone::utc)}};
}

/// What another one has written; an empty object if that is not to be read.
Json description_in(const fs::path& path) {
  const auto text = read_file_if_there(path, ErrorKind::results).value_or("");
  const auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json : Json::object();
}

std::string in_words(const Json& description) {
  const auto text = [&](const char* key) {
    const auto found = description.find(key);
    if (found == description.end()) return std::string("unknown");
    return found->is_string() ? found->get<std::string>() : found->dump();
  };
  return "process " + text("pid") + " on " + text("host") + " since " + text("since") + " UTC";
}

[[noreturn]] void refuse(const std::string& what, const Json& other) {
  throw Error(ErrorKind::results, what + ": is in use by " + in_words(other));
}

bool lock(const Descriptor& file) {
  while (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

bool same_file(int descriptor, const fs::path& path) noexcept {
  struct stat held{};
  struct stat there{};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &there) == 0 &&
         held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

/// Whether another machine, whose locks may not be seen here, has renewed the file of late.
bool held_elsewhere(const Descriptor& file, const Json& description) {
  if (!description.contains("host")) return false;
  // Of this machine, whatever it is called: the lock decides.
  if (description.at("host") == host() || description.value("boot_id", "") == boot()) return false;
  struct stat before{};
  struct stat after{};
  if (::fstat(file.number(), &before) != 0) return false;
  // The file system's own clock says what is now. Asking does not count as a renewal.
  static_cast<void>(::futimens(file.number(), nullptr));
  if (::fstat(file.number(), &after) != 0) return false;
  const std::array<timespec, 2> times = {before.st_atim, before.st_mtim};
  static_cast<void>(::futimens(file.number(), times.data()));
  const auto age = after.st_mtime - before.st_mtime;
  return age >= 0 && age < kAlive;  // a clock that was set back says nothing
}

/// What cannot be removed is taken by the next start.
void remove_lock(const fs::path& file) noexcept {
  int result = 0;
  do {
    result = ::unlink(file.c_str());
  } while (result != 0 && errno == EINTR);
}

}  // namespace

RunLock::RunLock(fs::path file, std::string what) : path_(std::move(file)), what_(std::move(what)) {
  while (!file_.is_open()) {
    Descriptor opened(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kMode));
    if (!opened.is_open())
      throw Error(ErrorKind::results, because("cannot write " + path_.string(), errno));
    const auto other = description_in(path_);
    if (!lock(opened)) refuse(what_, other);
    if (!same_file(opened.number(), path_)) continue;  // its holder removed it meanwhile
    if (held_elsewhere(opened, other)) refuse(what_, other);
    file_ = std::move(opened);
  }
  const auto text = own_description().dump() + "\n";
  try {
    if (::ftruncate(file_.number(), 0) != 0)
      throw Error(ErrorKind::results, because("cannot write " + path_.string(), errno));
    write_all(file_.number(), text, path_.string());
  } catch (const Error&) {
    remove_lock(path_);
    throw;
  }
}

RunLock::~RunLock() {
  if (is_there()) remove_lock(path_);
}

void RunLock::refresh() {
  struct stat there{};
  // Where the file system does not answer for a moment, the next time will tell.
  if (::stat(path_.c_str(), &there) != 0 && errno != ENOENT && errno != ENOTDIR) return;
  if (!is_there())
    throw Error(ErrorKind::results, what_ + ": was removed or replaced while the run went on");
  static_cast<void>(::futimens(file_.number(), nullptr));
}

bool RunLock::is_there() const noexcept {
  return file_.is_open() && same_file(file_.number(), path_);
}

}  // namespace smdm
