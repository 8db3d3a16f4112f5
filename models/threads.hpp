/// Threads that computing needs, tried before it begins.
#pragma once

namespace smdm {

/// More are a slip of the keyboard: no machine has as many cores, and OpenMP keeps something on the
/// stack for each.
inline constexpr int kMostThreads = 4096;

/// Starts as many threads as LibTorch will, lets them wait for each other and ends them. LibTorch's
/// own library of threads ends the whole program where the system refuses one. To be called before
/// anything is computed: afterwards LibTorch has its threads, and those tried here would be a
/// second set.
/// @param wanted  threads, the calling one included; 0: as many as LibTorch takes by itself
/// @throws Error(usage)    for fewer than 0 or more than kMostThreads
/// @throws Error(failure)  if the system starts fewer, with its reason
void check_threads(int wanted);

}  // namespace smdm
