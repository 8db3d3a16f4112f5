#include "harness/cli/read_number.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <system_error>
#include <type_traits>

#include "harness/settings/refuse.hpp"

namespace smdm {

template <typename T>
std::string range_text() {
  if constexpr (std::is_floating_point_v<T>) {
    return "0, or a number from 2.3e-308 to 1.7e308 without its sign";
  } else {
    using Limits = std::numeric_limits<T>;
    return "a whole number from " + std::to_string(Limits::min()) + " to " +
           std::to_string(Limits::max());
  }
}

template <typename T>
T read_number(const std::string& option, const std::string& text) {
  const bool plus = text.starts_with('+') && !text.starts_with("+-");
  // A minus sign is read for every type, so that -1 is out of range where 1x is no number.
  const bool minus = std::is_unsigned_v<T> && text.starts_with('-');
  const char* const begin = text.data() + (plus || minus ? 1 : 0);
  const char* const end = text.data() + text.size();
  T value{};
  const auto result = std::from_chars(begin, end, value);
  const bool is_number = result.ec != std::errc::invalid_argument && result.ptr == end &&
                         std::isfinite(static_cast<double>(value));  // "inf" and "nan" are words
  const bool fits = result.ec != std::errc::result_out_of_range && !(minus && value != 0);
  if (!is_number) {
    refuse(option, std::is_floating_point_v<T> ? "a number" : "a whole number",
           text.empty() ? "nothing" : text);
  }
  if (!fits) refuse(option, range_text<T>(), text);
  return value;
}

template std::string range_text<int>();
template std::string range_text<std::uint32_t>();
template std::string range_text<std::int64_t>();
template std::string range_text<std::uint64_t>();
template std::string range_text<double>();
template int read_number(const std::string& option, const std::string& text);
template std::uint32_t read_number(const std::string& option, const std::string& text);
template std::int64_t read_number(const std::string& option, const std::string& text);
template std::uint64_t read_number(const std::string& option, const std::string& text);
template double read_number(const std::string& option, const std::string& text);

}  // namespace smdm
