// A library to be loaded before all others (LD_PRELOAD) that lets one call of the system fail.
//
//   SMDM_FAIL_UNDER  files below this folder count, others are left alone
//   SMDM_FAIL_AT     the number of the call that fails, from 1; 0 or none: none
//   SMDM_FAIL_HOW    EIO, ENOSPC, EINTR, or SHORT: a write of half of its bytes
//   SMDM_FAIL_LOG    a file that gets a line for each call that counts: its number, name and path
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

enum class Verdict { good, fails, comes_short };

std::string_view variable(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

void log_call(long number, const char* name, std::string_view path) {
  const auto log = variable("SMDM_FAIL_LOG");
  if (log.empty()) return;
  const auto file = static_cast<int>(
      syscall(SYS_openat, AT_FDCWD, log.data(), O_WRONLY | O_APPEND | O_CREAT, 0666));
  if (file < 0) return;
  const auto line = std::to_string(number) + " " + name + " " + std::string(path) + "\n";
  syscall(SYS_write, file, line.data(), line.size());
  syscall(SYS_close, file);
}

Verdict verdict(const char* name, std::string_view path) {
  static std::atomic<long> calls{0};
  const auto under = variable("SMDM_FAIL_UNDER");
  if (under.empty() || !path.starts_with(under)) return Verdict::good;
  const long number = ++calls;
  log_call(number, name, path);
  if (variable("SMDM_FAIL_AT") != std::to_string(number)) return Verdict::good;
  const auto how = variable("SMDM_FAIL_HOW");
  const std::string_view call = name;
  if (how == "SHORT" && (call == "write" || call == "pwrite")) return Verdict::comes_short;
  errno = how == "ENOSPC" ? ENOSPC : how == "EINTR" ? EINTR : EIO;
  return Verdict::fails;
}

Verdict verdict_of(const char* name, int descriptor) {
  const int before = errno;
  const auto link = "/proc/self/fd/" + std::to_string(descriptor);
  std::array<char, 4096> path{};
  const long length = syscall(SYS_readlinkat, AT_FDCWD, link.c_str(), path.data(), path.size());
  errno = before;
  if (length < 0) return Verdict::good;
  return verdict(name, {path.data(), static_cast<std::size_t>(length)});
}

template <typename Function>
Function* next(Function* /*of this type*/, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int open_next(const char* name, const char* path, int flags, mode_t mode) {
  if (verdict("open", path) != Verdict::good) return -1;
  using Open = int (*)(const char*, int, ...);
  return reinterpret_cast<Open>(dlsym(RTLD_NEXT, name))(path, flags, mode);
}

template <typename Call>
ssize_t written(const char* name, int file, std::size_t size, const Call& call) {
  const auto how = verdict_of(name, file);
  if (how == Verdict::fails) return -1;
  return call(how == Verdict::comes_short ? size / 2 : size);
}

mode_t mode_of(int flags, va_list rest) {
  return (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_next("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_next("open64", path, flags, mode);
}

ssize_t write(int file, const void* bytes, size_t size) {
  return written("write", file, size,
                 [&](size_t part) { return next(&write, "write")(file, bytes, part); });
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  return written("pwrite", file, size,
                 [&](size_t part) { return next(&pwrite, "pwrite")(file, bytes, part, offset); });
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  return written("pwrite", file, size, [&](size_t part) {
    return next(&pwrite64, "pwrite64")(file, bytes, part, offset);
  });
}

int fsync(int file) {
  return verdict_of("fsync", file) == Verdict::good ? next(&fsync, "fsync")(file) : -1;
}

int fdatasync(int file) {
  return verdict_of("fdatasync", file) == Verdict::good ? next(&fdatasync, "fdatasync")(file) : -1;
}

int ftruncate(int file, off_t length) noexcept {
  if (verdict_of("ftruncate", file) != Verdict::good) return -1;
  return next(&ftruncate, "ftruncate")(file, length);
}

int ftruncate64(int file, off64_t length) noexcept {
  if (verdict_of("ftruncate", file) != Verdict::good) return -1;
  return next(&ftruncate64, "ftruncate64")(file, length);
}

int rename(const char* from, const char* to) noexcept {
  return verdict("rename", from) == Verdict::good ? next(&rename, "rename")(from, to) : -1;
}

int renameat2(
    int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  if (verdict("rename", from) != Verdict::good) return -1;
  return next(&renameat2, "renameat2")(from_folder, from, to_folder, to, flags);
}

int unlink(const char* path) noexcept {
  return verdict("unlink", path) == Verdict::good ? next(&unlink, "unlink")(path) : -1;
}

// What is to be closed is closed, whatever is said of it, as Linux does.
int close(int file) {
  const auto how = verdict_of("close", file);
  const int code = errno;
  const int result = next(&close, "close")(file);
  if (how == Verdict::good) return result;
  errno = code;
  return -1;
}

}  // extern "C"
