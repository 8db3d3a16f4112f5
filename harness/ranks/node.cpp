// What the system says of a node: its name, the kernel that runs, the processors of this process.
#include "harness/ranks/node.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include <sched.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/read.hpp"

namespace smdm::ranks {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "?";
  return name.data();
}

/// A file of the system, without what lies behind its first line; empty where there is none.
std::string line_of(const std::string& file) {
  try {
    const auto text = read_file_if_there(file, ErrorKind::failure).value_or("");
    return text.substr(0, text.find('\n'));
  } catch (const Error&) {
    return "";  // it says nothing: everything works without
  }
}

/// The first processor of the core that a processor is a thread of.
int core_of(int processor) {
  const auto siblings = line_of("/sys/devices/system/cpu/cpu" + std::to_string(processor) +
                                "/topology/thread_siblings_list");
  int first = processor;
  std::from_chars(siblings.data(), siblings.data() + siblings.size(), first);
  return first;
}

std::vector<int> usable_processors() {
  constexpr int kMost = 8192;
  const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(kMost),
                                                             [](cpu_set_t* own) { CPU_FREE(own); });
  const auto bytes = CPU_ALLOC_SIZE(kMost);
  std::vector<int> processors;
  if (set == nullptr || ::sched_getaffinity(0, bytes, set.get()) != 0) return {0};
  for (int p = 0; p < kMost; ++p) {
    if (CPU_ISSET_S(p, bytes, set.get())) processors.push_back(p);
  }
  return processors;
}

std::vector<int> usable_cores() {
  std::vector<int> cores;
  for (const int processor : usable_processors()) cores.push_back(core_of(processor));
  std::ranges::sort(cores);
  const auto [first, last] = std::ranges::unique(cores);
  cores.erase(first, last);
  return cores;
}

}  // namespace

Node this_node() {
  const auto host = host_name();
  return {.host = host,
          .id = host + " " + line_of("/proc/sys/kernel/random/boot_id"),
          .cores = usable_cores()};
}

int threads_of(const std::vector<int>& own, const std::vector<std::vector<int>>& others) {
  double share = 0.0;
  for (const int core : own) {
    const auto with = std::ranges::count_if(others, [&](const std::vector<int>& other) {
      return std::ranges::binary_search(other, core);
    });
    share += 1.0 / static_cast<double>(with + 1);
  }
  constexpr double kRounding = 1e-6;
  return std::max(static_cast<int>(share + kRounding), 1);
}

}  // namespace smdm::ranks
