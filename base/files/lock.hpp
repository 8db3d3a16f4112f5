/// One process at a time.
#pragma once

#include <filesystem>

#include "base/files/descriptor.hpp"

namespace smdm {

/// A lock on a folder (flock): whoever else wants it waits. It ends with the object, and with the
/// process, however that ends.
class FolderLock {
 public:
  /// @throws Error(results)  with the system's reason
  explicit FolderLock(const std::filesystem::path& folder);

 private:
  Descriptor folder_;
};

}  // namespace smdm
