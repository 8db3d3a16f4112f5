#include "base/text/numbers.hpp"

#include <array>
#include <cstdio>

namespace smdm {
namespace {

std::string formatted(const char* format, int digits, double value) {
  std::array<char, 400> text{};  // the largest double has 309 digits before the point
  const int length = std::snprintf(text.data(), text.size(), format, digits, value);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::string fixed_text(double value, int digits) {
  return formatted("%.*f", digits, value);
}

std::string signed_text(double value, int digits) {
  return formatted("%+.*f", digits, value);
}

std::string short_text(double value) {
  return formatted("%.*g", 6, value);
}

}  // namespace smdm
