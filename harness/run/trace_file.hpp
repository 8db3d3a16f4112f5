/// The file of --trace: what each step of a generation reveals.
#pragma once

#include <optional>
#include <string>

#include "base/files/json_lines.hpp"
#include "harness/run/item.hpp"
#include "harness/settings/decided.hpp"
#include "models/text/tokenizer.hpp"

namespace smdm {

/// Whether an Answer of this work would have steps to trace, and has them gathered.
[[nodiscard]] bool is_traced(const Decided& decided);

/// JSON lines, one for each step that ran the model (docs/generation.md). Without a path nothing is
/// written, and nothing costs anything.
class TraceFile {
 public:
  /// @param existing  of an earlier try of the same run: it is replaced
  /// @throws Error(results)  if the file exists and is to be kept, or cannot be written
  explicit TraceFile(const std::optional<std::string>& path, Existing existing = Existing::keep);

  /// Writes the steps of an Answer.
  /// @param about      the first members of each line: whose answer it is
  /// @param tokenizer  null where there is none; else tokens are shown as its pieces, too
  /// @throws Error(results)  with the system's reason
  void add(const Json& about, const Answer& answer, const Tokenizer* tokenizer);

  /// Call it once, after the last Answer; without it the file does not appear.
  /// @throws Error(results)  with the system's reason
  void finish();

 private:
  std::optional<JsonLinesWriter> writer_;
};

}  // namespace smdm
