#include "base/files/free_memory.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace smdm {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

constexpr const char* kMeminfo =
    "MemTotal:       16384000 kB\n"
    "MemFree:          100000 kB\n"
    "MemAvailable:       8192 kB\n"
    "SwapFree:        1000000 kB\n";

}  // namespace

TEST_CASE("free memory is what the machine has available, not what lies idle") {
  CHECK(free_memory(kMeminfo, {}) == 8 * kMiB);
  CHECK(free_memory("MemAvailable: 3 kB", {}) == 3 * 1024);  // the last line, without an end
  CHECK(!free_memory("MemTotal: 100 kB\n", {}));
  CHECK(!free_memory("", {}));
}

TEST_CASE("a control group leaves its limit minus what it holds, cold cache aside") {
  const GroupMemory group{
      .limit = "5242880\n",
      .used = "4194304\n",
      .stat = "anon 1048576\ninactive_anon 7\ninactive_file 2097152\nactive_file 1048576\n"};
  CHECK(free_memory(kMeminfo, {group}) == 3 * kMiB);
  CHECK(free_memory("", {group}) == 3 * kMiB);
  const GroupMemory outer{.limit = "4194304", .used = "2097152", .stat = ""};
  CHECK(free_memory(kMeminfo, {group, outer}) == 2 * kMiB);
  CHECK(free_memory(kMeminfo, {outer, group}) == 2 * kMiB);
}

TEST_CASE("a control group without a limit, or with one above the machine's memory, says nothing") {
  CHECK(free_memory(kMeminfo, {{.limit = "max\n", .used = "123\n", .stat = ""}}) == 8 * kMiB);
  CHECK(free_memory(kMeminfo, {{.limit = "", .used = "", .stat = ""}}) == 8 * kMiB);
  const GroupMemory unlimited{
      .limit = "9223372036854771712", .used = "123", .stat = "total_inactive_file 7"};  // version 1
  CHECK(free_memory(kMeminfo, {unlimited}) == 8 * kMiB);
}

TEST_CASE("the groups within a group count under version 1's name") {
  const GroupMemory group{.limit = "4194304",
                          .used = "4194304",
                          .stat = "inactive_file 0\ntotal_inactive_file 1048576\n"};
  CHECK(free_memory(kMeminfo, {group}) == kMiB);
}

TEST_CASE("numbers that contradict each other leave no more than there can be") {
  CHECK(free_memory(kMeminfo, {{.limit = "1000", .used = "2000", .stat = ""}}) == 0);
  CHECK(free_memory(kMeminfo, {{.limit = "1000", .used = "500", .stat = "inactive_file 900\n"}}) ==
        1000);
}

TEST_CASE("the groups of a process stand below the mounted tree, its own first") {
  CHECK(memory_groups("0::/user.slice/a.scope\n") ==
        std::vector<std::string>{"/sys/fs/cgroup/user.slice/a.scope", "/sys/fs/cgroup/user.slice",
                                 "/sys/fs/cgroup"});
  CHECK(memory_groups("0::/") == std::vector<std::string>{"/sys/fs/cgroup"});
  CHECK(memory_groups("12:cpu,cpuacct:/x\n4:memory:/docker/ab\n1:name=systemd:/y\n") ==
        std::vector<std::string>{"/sys/fs/cgroup/memory/docker/ab", "/sys/fs/cgroup/memory/docker",
                                 "/sys/fs/cgroup/memory"});
  CHECK(memory_groups("").empty());
  CHECK(memory_groups("no colons").empty());
}

TEST_CASE("this machine says how much memory is free") {
  const auto free = free_memory();
  REQUIRE(free);
  CHECK(free.value() > kMiB);
}

}  // namespace smdm
