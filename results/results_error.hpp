/// What goes wrong with files of results: they cannot be written, or they are not what was wanted.
#pragma once

#include <stdexcept>

namespace smdm {

/// One line: what was wanted, what came, and the path.
class ResultsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace smdm
