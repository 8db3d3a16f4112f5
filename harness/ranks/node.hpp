/// The node that a rank runs on, as far as ranks share it.
#pragma once

#include <string>
#include <vector>

namespace smdm::ranks {

struct Node {
  std::string host;
  /// The same for all ranks under one running kernel, and for no others.
  std::string id;
  /// Cores that the system lets this process use, each by its first processor: two threads of one
  /// core count once, as LibTorch's libraries count them.
  std::vector<int> cores;
};

/// Of this process.
[[nodiscard]] Node this_node();

/// How many threads a rank takes: of every core that it may use a part as large as that of every
/// other rank of the node that may use it, rounded down, at least one. Where a launcher has bound
/// ranks to cores of their own, these are all of them; else cores / ranks.
/// @param others  cores of the other ranks of the node
[[nodiscard]] int threads_of(const std::vector<int>& own,
                             const std::vector<std::vector<int>>& others);

}  // namespace smdm::ranks
