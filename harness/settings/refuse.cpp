#include "harness/settings/refuse.hpp"

#include <array>
#include <charconv>

#include "base/error.hpp"

namespace smdm {

void refuse(const std::string& option, const std::string& wanted, const std::string& came) {
  throw Error(ErrorKind::usage, option + ": wanted " + wanted + ", got " + came);
}

std::string number_text(double value) {
  std::array<char, 32> text{};  // 17 digits, two signs, a point and an exponent at most
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

}  // namespace smdm
