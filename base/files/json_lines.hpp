/// JSON lines written one by one: to a file that appears when it is complete, or to a stream.
#pragma once

#include <optional>
#include <string>

#include "base/files/output.hpp"
#include "base/json.hpp"

namespace smdm {

/// Where the answers of `--requests`, `--prompts` and `--rescore` go: standard output for "-", line
/// by line, else a new OutputFile. A number that is not finite is written as null.
class JsonLinesWriter {
 public:
  /// @throws Error(results)  if the path exists and is to be kept, or cannot be written
  explicit JsonLinesWriter(const std::string& target, Existing existing = Existing::keep);

  /// @throws Error(results)  with the system's reason: a full disk, a closed pipe
  void write(const Json& line);

  /// Call it once, after the last line; without it a file does not appear.
  /// @throws Error(results)  with the system's reason, or if the path has come to exist meanwhile
  void finish();

 private:
  std::optional<OutputFile> file_;  ///< empty for standard output
  Descriptor standard_output_;
};

}  // namespace smdm
