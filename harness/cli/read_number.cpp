#include "harness/cli/read_number.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
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
  std::string_view rest = text;
  if (rest.starts_with('+') && !rest.starts_with("+-")) rest.remove_prefix(1);
  // A minus sign is read for every type, so that -1 is out of range where 1x is no number.
  const bool negative = std::is_unsigned_v<T> && rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  T value{};
  const char* const end = rest.data() + rest.size();
  const auto result = std::from_chars(rest.data(), end, value);
  bool is_number = !rest.empty() && result.ec != std::errc::invalid_argument && result.ptr == end;
  bool fits = result.ec != std::errc::result_out_of_range && !(negative && value != 0);
  if constexpr (std::is_floating_point_v<T>)  // "inf" and "nan" are words
    is_number = is_number && (!fits || std::isfinite(value));
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
