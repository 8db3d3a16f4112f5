// Everything here asks the system with an error code, never with an exception, so that what it
// refuses becomes an error of ours, with the kind that the caller's file has.
#include "base/files/paths.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <system_error>

#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/files/descriptor.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

Standing standing_of(mode_t mode) {
  if (S_ISREG(mode)) return Standing::file;
  return S_ISDIR(mode) ? Standing::folder : Standing::other;
}

}  // namespace

PathState look_at(const fs::path& path) noexcept {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0)
    return {.standing = standing_of(status.st_mode), .code = 0};
  // A path below a file leads nowhere, just as one in a missing folder.
  if (errno == ENOENT || errno == ENOTDIR) return {};
  return {.standing = Standing::unknown, .code = errno};
}

std::string in_words(const PathState& state) {
  switch (state.standing) {
    case Standing::nothing:
      return "nothing there";
    case Standing::file:
      return "a file";
    case Standing::folder:
      return "a folder";
    case Standing::other:
      return "a device, a pipe or a socket";
    case Standing::unknown:
      break;
  }
  return reason_of(state.code);
}

bool is_file(const fs::path& path) noexcept {
  return look_at(path).standing == Standing::file;
}

bool is_folder(const fs::path& path) noexcept {
  return look_at(path).standing == Standing::folder;
}

bool is_link(const fs::path& path) noexcept {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

bool is_taken(const fs::path& path) noexcept {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

bool is_absent(const fs::path& path) noexcept {
  struct stat status{};
  return ::lstat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

std::optional<int> own_descriptor(const fs::path& path) {
  std::error_code failure;
  const auto folder = fs::canonical(folder_of(path), failure);  // /dev/fd is a link as well
  if (failure) return std::nullopt;
  const std::string name = path.filename().string();
  int number = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool whole = error == std::errc() && end == name.data() + name.size();
  const std::string process = "/proc/" + std::to_string(::getpid());
  const std::string in = folder.string();
  const bool ours =
      in == process + "/fd" || (in.starts_with(process + "/task/") && folder.filename() == "fd");
  if (!ours || !whole) return std::nullopt;
  return number;
}

fs::path behind_links(const fs::path& path, ErrorKind kind) {
  constexpr int kLongestChain = 40;  // as the system has it
  fs::path end = path;
  for (int i = 0; i <= kLongestChain; ++i) {
    if (own_descriptor(end)) return end;
    std::error_code failure;
    const auto next = fs::read_symlink(end, failure);
    if (failure) return end;
    end = next.is_absolute() ? next : folder_of(end) / next;
  }
  throw Error(kind, because("wanted to find " + path.string(), ELOOP));
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

std::vector<fs::path> entries_of(const fs::path& folder, ErrorKind kind) {
  std::error_code failure;
  std::vector<fs::path> entries;
  for (auto entry = fs::directory_iterator(folder, failure);
       !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    entries.push_back(entry->path());
  }
  if (failure) {
    throw Error(kind,
                "wanted to read the folder " + folder.string() + ", got: " + failure.message());
  }
  std::ranges::sort(entries);
  return entries;
}

fs::path real_path(const fs::path& path, ErrorKind kind) {
  std::error_code failure;
  auto real = fs::weakly_canonical(path, failure);
  if (!failure && !real.is_absolute()) real = fs::absolute(real, failure);
  if (failure) throw Error(kind, "wanted to find " + path.string() + ", got: " + failure.message());
  return real;
}

bool is_on_network(const fs::path& path) noexcept {
  // NFS, SMB, CIFS, SMB2, AFS, Ceph, Lustre, BeeGFS, FUSE: <linux/magic.h> has the first ones
  // alone.
  constexpr std::array<std::uint32_t, 9> kTypes = {0x6969,     0x517b,     0xff534d42,
                                                   0xfe534d42, 0x5346414f, 0x00c36400,
                                                   0x0bd00bd0, 0x19830326, 0x65735546};
  struct statfs status{};
  if (::statfs(path.c_str(), &status) != 0) return false;
  return std::ranges::find(kTypes, static_cast<std::uint32_t>(status.f_type)) != kTypes.end();
}

void require_working_folder() {
  std::array<char, PATH_MAX> name{};
  if (::getcwd(name.data(), name.size()) != nullptr) return;
  throw Error(ErrorKind::failure,
              because("wanted a working folder with a name, start in another one",
                      errno == ERANGE ? ENAMETOOLONG : errno));
}

fs::path running_program() {
  std::error_code failure;
  auto program = fs::read_symlink("/proc/self/exe", failure);
  if (failure)
    throw Error(ErrorKind::failure,
                "wanted to know where this program lies, got: " + failure.message());
  return program;
}

}  // namespace smdm
