#pragma once

#include <stdexcept>

namespace smdm::training {

/// Training cannot go on: the text says at which step and why.
class TrainingError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace smdm::training
