/// Lines that survive whatever ends the program.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/files/descriptor.hpp"

namespace smdm {

/// A file of lines that are added one by one. When `add` returns, the line is on the disk.
class LineLog {
 public:
  /// Opens a file, to go on at its end, or makes a new one.
  /// @throws Error(results)  with the system's reason
  explicit LineLog(std::filesystem::path path);

  /// @param line  without the end of the line
  /// @throws Error(results)  with the system's reason; what is then there of the line has no end
  void add(std::string_view line);

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

/// The lines of such a file; none where nothing stands. A last line without an end was being
/// written when the program or the machine stopped: it is left out, and taken off the file, so that
/// the next one begins on a line of its own.
/// @throws Error(results)  with the system's reason
[[nodiscard]] std::vector<std::string> read_line_log(const std::filesystem::path& path);

}  // namespace smdm
