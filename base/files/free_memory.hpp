/// How much memory a process may still take: what the machine has left, and what a container's
/// limits leave.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smdm {

/// A control group's files; what is not there is empty.
struct GroupMemory {
  std::string_view limit;  ///< memory.max; of version 1 memory.limit_in_bytes
  std::string_view used;   ///< memory.current; of version 1 memory.usage_in_bytes
  std::string_view stat;   ///< memory.stat
};

/// Bytes that can be had without anything else having to give way: MemAvailable, and no more than
/// what each control group leaves, whose cache of files that nobody reads counts as free.
/// @param meminfo  the text of /proc/meminfo
/// @param groups   the process's own and those around it
/// @return nothing where no text says it
[[nodiscard]] std::optional<std::uint64_t> free_memory(std::string_view meminfo,
                                                       const std::vector<GroupMemory>& groups);

/// The same of this process, now. What the system does not let it read says nothing.
[[nodiscard]] std::optional<std::uint64_t> free_memory();

/// The folders of the control groups that a process is in, its own first, each before the one
/// around it, as /proc/self/cgroup has them: below /sys/fs/cgroup, of version 1 below its folder
/// memory. Within a container they may not be there, all but the outermost.
/// @param cgroups  the text of /proc/self/cgroup
[[nodiscard]] std::vector<std::string> memory_groups(std::string_view cgroups);

}  // namespace smdm
