/// Outputs under names that a user gives: a device, a pipe, a link or a file, each treated as what
/// it is.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/files/atomic.hpp"
#include "base/files/descriptor.hpp"

namespace smdm {

/// One output.
///   a device or a pipe            written through at once, never replaced
///   an open file of this program  (/dev/stdout, /dev/fd/N, whatever stands behind it) the same
///   a link                        what it leads to is the output; the link stays
///   any other path                a file, complete or absent: it gets its name in `finish`. One
///                                 that exists is replaced then, or refused at once
/// Whether it can be written is found out before there is anything to write.
class OutputFile {
 public:
  /// @throws Error(results)  if it cannot be written, or exists and is to be kept
  explicit OutputFile(std::filesystem::path target, Existing existing = Existing::keep);

  /// @throws Error(results)  with the system's reason: a full disk, a closed pipe
  void write(std::string_view bytes);

  /// Brings every byte to the disk; nothing may be written afterwards. `finish` does it too; apart
  /// it is for several files that are to appear together.
  /// @throws Error(results)  with the system's reason
  void close();

  /// Call it once, after the last byte; without it a file does not appear.
  /// @throws Error(results)  with the system's reason, or if a file that is to be kept has come to
  ///                         exist meanwhile
  void finish();

 private:
  std::filesystem::path target_;  ///< as it was asked for
  Existing existing_;
  std::filesystem::path place_;      ///< the target behind links
  std::optional<PendingFile> file_;  ///< empty for a stream
  Descriptor stream_;
  bool closed_ = false;
};

/// Standard output as a descriptor of its own, which may be closed like any other.
/// @throws Error(results)  if it cannot be written
[[nodiscard]] Descriptor open_standard_output();

/// Opens a file that is there, to go on at its end.
/// @throws Error(results)  with the system's reason
[[nodiscard]] Descriptor open_to_append(const std::filesystem::path& path);

/// Writes a whole output.
/// @throws Error(results)  as OutputFile does
void write_output(const std::filesystem::path& path,
                  std::string_view content,
                  Existing existing = Existing::keep);

}  // namespace smdm
