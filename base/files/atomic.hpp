/// Files that appear whole or not at all, and never in the place of another one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/files/pending.hpp"

namespace smdm {

/// What to do where a file of the wanted name exists.
enum class Existing : std::uint8_t {
  keep,     ///< leave it as it is: the new file is refused
  replace,  ///< put the new file in its place
};

/// A file under construction, in the folder where it will stand. It gets its name by `commit`;
/// without that it disappears with the object. Whoever gives it the name of a file that exists
/// replaces whatever stands there: outputs that a user names are OutputFile's (output.hpp).
class PendingFile {
 public:
  /// @throws Error(results)  if the folder is missing, is none, or cannot be written
  explicit PendingFile(std::filesystem::path folder);

  /// @throws Error(results)  with the system's reason: a full disk, say
  void write(std::string_view bytes);

  /// Brings every byte to the disk; nothing may be written afterwards.
  /// @throws Error(results)  with the system's reason
  void close();

  /// Gives the closed file its name. REQUIRES: closed, and not committed yet.
  /// @return false  if a file of that name exists and is to be kept: another one may be tried
  /// @throws Error(results)  with the system's reason
  [[nodiscard]] bool commit(const std::string& name, Existing existing = Existing::keep);

 private:
  void flush();

  std::filesystem::path folder_;
  PendingName temporary_;
  std::string buffer_;
};

/// The folders of a path that are not there yet: those that are empty when the object dies, as
/// after a failure, are removed again.
class MissingFolders {
 public:
  explicit MissingFolders(const std::filesystem::path& folder);
  ~MissingFolders();
  MissingFolders(const MissingFolders&) = delete;
  MissingFolders& operator=(const MissingFolders&) = delete;

 private:
  std::vector<std::filesystem::path> missing_;  ///< the innermost first
};

/// A folder under construction, beside the one that it will become; without `commit` it disappears.
class PendingFolder {
 public:
  /// @param target  where it will stand: nothing, or an empty folder; behind a link, what the link
  ///                leads to
  /// @throws Error(results)  if something else stands there, or the folder above cannot be written
  explicit PendingFolder(const std::filesystem::path& target);

  /// Writes a file of it, with the folders above.
  /// @param path  from the folder under construction
  /// @throws Error(results)  with the system's reason
  void write(const std::string& path, std::string_view content);

  /// Puts the folder in its place. An empty one that stood there is replaced.
  /// @throws Error(results)  with the system's reason
  void commit();

 private:
  std::filesystem::path target_;
  MissingFolders above_;
  PendingName temporary_;
};

/// Makes the names in a folder as durable as the files are.
/// @throws Error(results)  with the system's reason
void sync_folder(const std::filesystem::path& folder);

/// Makes the folder with its parents where it is missing, and tries that a file can be made in it:
/// call it before hours of work. What dead writers left there is removed.
/// @throws Error(results)  if it is no folder, or cannot be made or written
void check_writable(const std::filesystem::path& folder);

/// Makes a folder, and those above it, where it is missing. Behind a link that leads nowhere the
/// folder is made that it would lead to.
/// @return whether it was made
/// @throws Error(results)  with the system's reason, or if something else stands there
bool make_folder(const std::filesystem::path& folder);

/// Makes a new folder in one that is there, for the caller alone.
/// @return false  if something of that name exists
/// @throws Error(results)  with the system's reason
[[nodiscard]] bool claim_folder(const std::filesystem::path& folder);

/// Gives a file another name.
/// @throws Error(results)  with the system's reason, or if something of that name exists
void rename_new(const std::filesystem::path& from, const std::filesystem::path& to);

/// Removes a file or an empty folder, if it is there; what cannot be removed stays.
void remove_quietly(const std::filesystem::path& path) noexcept;

}  // namespace smdm
