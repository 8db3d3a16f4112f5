#include "models/threads.hpp"

#include <latch>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <ATen/Parallel.h>

#include "base/error.hpp"
#include "models/cpu/row_ranges.hpp"

namespace smdm {
namespace {

struct Started {
  std::size_t threads = 0;
  std::string refusal;  ///< why there are no more; empty where none was refused
};

/// Has up to `count` threads beside the calling one alive at the same time.
Started start_together(std::size_t count) {
  Started started;
  std::latch all_started(1);
  std::vector<std::jthread> threads;  // joined when it goes
  threads.reserve(count);
  try {
    while (threads.size() < count) threads.emplace_back([&all_started] { all_started.wait(); });
  } catch (const std::system_error& error) {
    started.refusal = error.code().message();
  } catch (const std::bad_alloc&) {
    started.refusal = "memory is out";
  }
  started.threads = threads.size();
  all_started.count_down();
  return started;
}

}  // namespace

void start_threads(int wanted) {
  if (wanted < 0 || wanted > kMostThreads) {
    throw Error(ErrorKind::usage, "--threads: wanted at least 1 and at most " +
                                      std::to_string(kMostThreads) + ", got " +
                                      std::to_string(wanted));
  }
  // Told a number, LibTorch starts a pool of its own beside OpenMP's at once, and never looks
  // whether that worked.
  const std::size_t pools = wanted == 0 ? 1 : 2;
  const bool told = wanted != 0;
  if (!told) wanted = at::get_num_threads();
  const auto others = static_cast<std::size_t>(wanted) - 1;
  const auto started = start_together(pools * others);
  if (!started.refusal.empty()) {
    throw Error(ErrorKind::failure, "wanted " + std::to_string(wanted) +
                                        " threads, the system starts only " +
                                        std::to_string(started.threads / pools + 1) + ": " +
                                        started.refusal + "; see --threads");
  }
  if (told) at::set_num_threads(wanted);
  if (others > 0) cpu::for_row_ranges(wanted, 1, [](std::int64_t, std::int64_t) {});
}

}  // namespace smdm
