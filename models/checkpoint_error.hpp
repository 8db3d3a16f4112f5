#pragma once

#include <stdexcept>
#include <string>

namespace smdm {

/// A checkpoint, its configuration or its tokenizer cannot be used. The text is one line that names
/// the file, what was wanted and what came.
class CheckpointError : public std::runtime_error {
 public:
  explicit CheckpointError(const std::string& what) : std::runtime_error(what) {}
};

}  // namespace smdm
