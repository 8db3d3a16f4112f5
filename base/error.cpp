#include "base/error.hpp"

#include <algorithm>

namespace smdm {

int exit_code(const std::exception& error) noexcept {
  const auto* own = dynamic_cast<const Error*>(&error);
  return static_cast<int>(own == nullptr ? ErrorKind::failure : own->kind());
}

std::string one_line(const std::exception& error) {
  std::string text = error.what();
  const bool foreign = dynamic_cast<const Error*>(&error) == nullptr;
  const auto end = text.find('\n');  // LibTorch appends a stack trace
  if (foreign && end != std::string::npos) text.resize(end);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace smdm
