/// Files that appear whole or not at all, and never in the place of another one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace smdm {

/// What to do where a file of the wanted name exists.
enum class Existing : std::uint8_t {
  keep,     ///< leave it as it is: the new file is refused
  replace,  ///< put the new file in its place
};

/// The folder in which a file or folder stands: "." for a bare name.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& path);

/// A file under construction: a hidden temporary file in the folder where it will stand. It gets
/// its name by `commit`; without that it disappears with the object.
class PendingFile {
 public:
  /// @throws Error(results)  if the folder is missing, is none, or cannot be written
  explicit PendingFile(std::filesystem::path folder);
  ~PendingFile();
  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&&) = delete;
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  /// @throws Error(results)  with the system's reason: a full disk, say
  void write(std::string_view bytes);

  /// Brings every byte to the disk and closes the file; nothing may be written afterwards.
  /// @throws Error(results)  with the system's reason
  void close();

  /// Gives the closed file its name. REQUIRES: closed, and not committed yet.
  /// @return false  if a file of that name exists and is to be kept: another one may be tried
  /// @throws Error(results)  with the system's reason
  [[nodiscard]] bool commit(const std::string& name, Existing existing = Existing::keep);

 private:
  void flush();

  std::filesystem::path folder_;
  std::filesystem::path temporary_;  ///< empty once committed
  int descriptor_ = -1;              ///< open while it is not negative
  std::string buffer_;
};

/// Makes the names in a folder as durable as the files are.
/// @throws Error(results)  with the system's reason
void sync_folder(const std::filesystem::path& folder);

/// Makes the folder with its parents where it is missing, and tries that a file can be made in it:
/// call it before hours of work.
/// @throws Error(results)  if it is no folder, or cannot be made or written
void check_writable(const std::filesystem::path& folder);

/// Writes a whole file, in an existing folder.
/// @throws Error(results)  with the system's reason, or if a file of that name is to be kept
void write_atomically(const std::filesystem::path& path,
                      std::string_view content,
                      Existing existing = Existing::keep);

}  // namespace smdm
