/// The one reader of numbers that options are given.
#pragma once

#include <string>

namespace smdm {

/// Reads a number in decimal notation: leading zeros mean nothing, a sign may stand in front, and
/// floating-point numbers may have an exponent. Everything else is refused: other bases, spaces,
/// separators of digits, an exponent of a whole number, infinity and what is no number.
/// @tparam T      int, std::uint32_t, std::int64_t, std::uint64_t or double
/// @param option  names the option in the error, as "--seed"
/// @throws Error(usage)  "--seed: wanted a whole number, got 1e3"; the same with both limits for
///                       what T cannot hold
template <typename T>
[[nodiscard]] T read_number(const std::string& option, const std::string& text);

/// What T can hold, in words: "a whole number from 0 to 4294967295".
template <typename T>
[[nodiscard]] std::string range_text();

}  // namespace smdm
