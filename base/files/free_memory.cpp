// The smaller of two answers: what the machine says is available, and what the limits of control
// groups leave. In a container /proc/meminfo is the whole machine's, so that it alone says too
// much.
#include "base/files/free_memory.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/files/read.hpp"

namespace smdm {
namespace {

/// The number that a text begins with, behind blanks; nothing for words like "max".
std::optional<std::uint64_t> leading_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::uint64_t number = 0;
  if (std::from_chars(text.begin(), text.end(), number).ec != std::errc()) return std::nullopt;
  return number;
}

/// The number behind a name at the begin of a line.
std::optional<std::uint64_t> number_of(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with(name)) return leading_number(line.substr(name.size()));
  }
  return std::nullopt;
}

/// What a group's limit leaves; nothing where it has none.
std::optional<std::uint64_t> left_by(const GroupMemory& group) {
  const auto limit = leading_number(group.limit);
  const auto used = leading_number(group.used);
  if (!limit || !used) return std::nullopt;
  // Version 1 counts the groups within a group under the other name.
  auto cache = number_of(group.stat, "total_inactive_file ");
  if (!cache) cache = number_of(group.stat, "inactive_file ");
  const auto held = *used - std::min(*used, cache.value_or(0));
  return *limit - std::min(*limit, held);
}

void lower(std::optional<std::uint64_t>& least, std::optional<std::uint64_t> other) {
  if (other) least = std::min(least.value_or(*other), *other);
}

/// The texts of a group's files, for as long as they are looked at.
struct GroupTexts {
  std::string limit;
  std::string used;
  std::string stat;
};

/// What the system does not let this process read says nothing.
std::string text_of(const std::string& path) {
  try {
    return read_file_if_there(path, ErrorKind::failure).value_or("");
  } catch (const Error&) {
    return "";
  }
}

GroupTexts texts_of(const std::string& folder) {
  GroupTexts texts{.limit = text_of(folder + "/memory.max"),
                   .used = text_of(folder + "/memory.current"),
                   .stat = text_of(folder + "/memory.stat")};
  if (texts.limit.empty()) {
    texts.limit = text_of(folder + "/memory.limit_in_bytes");
    texts.used = text_of(folder + "/memory.usage_in_bytes");
  }
  return texts;
}

/// "/a/b", "/a" and "" behind a root.
void add_with_parents(const std::string& root,
                      std::string_view path,
                      std::vector<std::string>& folders) {
  while (path.size() > 1) {
    folders.push_back(root + std::string(path));
    path = path.substr(0, path.rfind('/'));
  }
  folders.push_back(root);
}

}  // namespace

std::optional<std::uint64_t> free_memory(std::string_view meminfo,
                                         const std::vector<GroupMemory>& groups) {
  constexpr std::uint64_t kUnit = 1024;
  auto least = number_of(meminfo, "MemAvailable:");
  if (least) *least *= kUnit;
  for (const auto& group : groups) lower(least, left_by(group));
  return least;
}

std::vector<std::string> memory_groups(std::string_view cgroups) {
  const std::string root = "/sys/fs/cgroup";
  std::vector<std::string> folders;
  while (!cgroups.empty()) {
    const auto line = cgroups.substr(0, cgroups.find('\n'));
    cgroups.remove_prefix(std::min(line.size() + 1, cgroups.size()));
    const auto first = line.find(':');
    const auto second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos) continue;
    auto controllers = std::string(",").append(line.substr(first + 1, second - first - 1));
    controllers += ',';
    const auto path = line.substr(second + 1);
    if (controllers == ",,") add_with_parents(root, path, folders);
    if (controllers.find(",memory,") != controllers.npos)
      add_with_parents(root + "/memory", path, folders);
  }
  return folders;
}

std::optional<std::uint64_t> free_memory() {
  const auto folders = memory_groups(text_of("/proc/self/cgroup"));
  std::vector<GroupTexts> texts;
  texts.reserve(folders.size());
  std::vector<GroupMemory> groups;
  groups.reserve(folders.size());
  for (const auto& folder : folders) {
    const auto& own = texts.emplace_back(texts_of(folder));
    groups.push_back({.limit = own.limit, .used = own.used, .stat = own.stat});
  }
  return free_memory(text_of("/proc/meminfo"), groups);
}

}  // namespace smdm
