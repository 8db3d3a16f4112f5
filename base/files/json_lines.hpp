/// JSON lines written one by one: to a file that appears when it is complete, or to standard
/// output.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/files/atomic.hpp"
#include "base/json.hpp"

namespace smdm {

/// Where the answers of `--requests`, `--prompts` and `--rescore` go.
///   "-"                    standard output, line by line
///   a device or a pipe     the same, into it
///   any other path         a new file, complete or absent: it gets its name in `finish`; one that
///                          exists is refused at once and never overwritten
/// A number that is not finite is written as null.
class JsonLinesWriter {
 public:
  /// @throws Error(results)  if the path exists, or its folder is missing or cannot be written
  explicit JsonLinesWriter(const std::string& target);
  ~JsonLinesWriter();
  JsonLinesWriter(const JsonLinesWriter&) = delete;
  JsonLinesWriter& operator=(const JsonLinesWriter&) = delete;

  /// @throws Error(results)  with the system's reason: a full disk, a closed pipe
  void write(const Json& line);

  /// Call it once, after the last line; without it a file does not appear.
  /// @throws Error(results)  with the system's reason, or if the path has come to exist meanwhile
  void finish();

 private:
  std::filesystem::path target_;
  std::optional<PendingFile> file_;  ///< empty for a stream
  int stream_ = -1;                  ///< open descriptor of a stream
};

}  // namespace smdm
