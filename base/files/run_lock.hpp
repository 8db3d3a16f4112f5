/// A file that says which process a place belongs to while that lives.
#pragma once

#include <filesystem>
#include <string>

#include "base/files/descriptor.hpp"

namespace smdm {

/// Holds a file with host, process, boot and times as JSON for one process, and removes it at the
/// end. The system's lock on it (flock) tells the living from the dead; where another machine's
/// locks are not seen, the file's time does, which `refresh` renews.
class RunLock {
 public:
  /// @param what  the place, for errors
  /// @throws Error(results)  naming the process that has it, or with the system's reason
  RunLock(std::filesystem::path file, std::string what);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  /// Call it every few seconds.
  /// @throws Error(results)  if the file is gone or another one stands there: somebody removed or
  ///                         replaced the place
  void refresh();

 private:
  [[nodiscard]] bool is_there() const noexcept;

  std::filesystem::path path_;
  std::string what_;
  Descriptor file_;
};

}  // namespace smdm
