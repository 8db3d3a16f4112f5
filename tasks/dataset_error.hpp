#pragma once

#include <stdexcept>

namespace smdm {

/// Data that is missing, malformed or not what a task reads. The text is one line: where
/// (file:line), what was wanted and what came.
class DatasetError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace smdm
