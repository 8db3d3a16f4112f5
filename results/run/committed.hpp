/// Files that have got their names one by one, and are taken back unless all of them do.
#pragma once

#include <filesystem>
#include <utility>
#include <vector>

#include "base/files/atomic.hpp"

namespace smdm {

class Committed {
 public:
  Committed() = default;
  ~Committed() {
    for (const auto& path : paths_) remove_quietly(path);
  }
  Committed(const Committed&) = delete;
  Committed& operator=(const Committed&) = delete;

  void add(std::filesystem::path path) { paths_.push_back(std::move(path)); }
  void keep() { paths_.clear(); }

 private:
  std::vector<std::filesystem::path> paths_;
};

}  // namespace smdm
