/// Files under construction. They have a name of their own, ".smdm-<process>-<number>.part", in the
/// folder where they will stand, and never outlive their writer for long: they disappear with the
/// object, with a signal that ends the program, or, where the writer was killed, as soon as another
/// program of ours writes into the folder.
#pragma once

#include <filesystem>
#include <memory>

#include "base/files/descriptor.hpp"

namespace smdm {

/// A new hidden file or folder. Its writer holds a lock on it (flock), so that others can tell
/// whether it is still being written; without `keep` it is removed.
class PendingName {
 public:
  enum class Kind : bool { file, folder };

  /// @throws Error(results)  if the folder is missing, is none, or cannot be written
  PendingName(const std::filesystem::path& folder, Kind kind);
  ~PendingName();
  PendingName(PendingName&& other) noexcept;
  PendingName& operator=(PendingName&&) = delete;
  PendingName(const PendingName&) = delete;
  PendingName& operator=(const PendingName&) = delete;

  /// REQUIRES: not kept yet
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return *path_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.number(); }

  /// It has got another name, and is no longer removed. The lock ends.
  void keep() noexcept;

 private:
  std::unique_ptr<const std::filesystem::path> path_;  ///< at one place in memory; null once kept
  Descriptor descriptor_;
};

/// Removes what writers that are dead have left in a folder: hidden files and folders of ours that
/// nobody holds a lock on. What cannot be removed stays.
void remove_abandoned(const std::filesystem::path& folder);

/// Removes all files under construction of this process. For the moment before it ends without
/// destructors; calls nothing that a signal handler may not call. Folders stay, until another
/// program finds them abandoned.
void remove_pending_files() noexcept;

}  // namespace smdm
