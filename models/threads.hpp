/// Threads that computing needs, started before it begins.
#pragma once

namespace smdm {

/// More are a slip of the keyboard: no machine has as many cores, and OpenMP keeps something on the
/// stack for each.
inline constexpr int kMostThreads = 4096;

/// Sets LibTorch's number of threads and has it start them, after as many were seen to start: the
/// library that starts LibTorch's ends the whole program where the system refuses one, as the
/// system may also do later, when memory has become scarce. To be called before anything is
/// computed: afterwards LibTorch has its threads, and those tried here would be a second set.
/// @param wanted  threads, the calling one included; 0: as many as LibTorch takes by itself
/// @throws Error(usage)    for fewer than 0 or more than kMostThreads
/// @throws Error(failure)  if the system starts fewer, with its reason
void start_threads(int wanted);

}  // namespace smdm
