#include "models/threads.hpp"

#include <latch>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <ATen/Parallel.h>

#include "base/error.hpp"

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

void check_threads(int wanted) {
  if (wanted < 0 || wanted > kMostThreads) {
    throw Error(ErrorKind::usage, "--threads: wanted at least 1 and at most " +
                                      std::to_string(kMostThreads) + ", got " +
                                      std::to_string(wanted));
  }
  if (wanted == 0) wanted = at::get_num_threads();
  if (wanted <= 1) return;
  const auto started = start_together(static_cast<std::size_t>(wanted) - 1);
  if (started.refusal.empty()) return;
  throw Error(ErrorKind::failure,
              "wanted " + std::to_string(wanted) + " threads, the system starts only " +
                  std::to_string(started.threads + 1) + ": " + started.refusal + "; see --threads");
}

}  // namespace smdm
