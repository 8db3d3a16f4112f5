/// One process at a time.
#pragma once

#include <filesystem>

#include "base/files/descriptor.hpp"

namespace smdm {

/// A lock on a folder (flock). It ends with the object, and with the process, however that ends.
class FolderLock {
 public:
  /// What to do while another one has it.
  enum class Others : bool { wait, refuse };

  /// @throws Error(results)  with the system's reason, or if another one has it and is not waited
  /// for
  FolderLock(const std::filesystem::path& folder, Others others);

 private:
  Descriptor folder_;
};

}  // namespace smdm
