/// JSON text read as Python's json.loads reads it, with nothing lost: numbers that no type of ours
/// holds keep their spelling, and come out again as they are written.
///
/// Such a number is a Json of binary type with a subtype of its own. Only the functions below (and
/// python_json) may write it; Json::dump would write an object of bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace smdm {

/// Brackets within each other that text may have: about as many as Python reads. Whatever walks
/// through a value may call itself for each of them.
inline constexpr int kDeepestJson = 1000;

/// Text that is no JSON, or that cannot be held. what() says what came in the place of JSON.
class JsonTextError : public std::runtime_error {
 public:
  JsonTextError(const std::string& came, std::size_t byte)
      : std::runtime_error(came), byte_(byte) {}

  [[nodiscard]] std::size_t byte() const noexcept { return byte_; }  ///< of the text, from 1

 private:
  std::size_t byte_;
};

/// What becomes of numbers.
enum class Numbers : std::uint8_t {
  /// Python's values: whole numbers of 64 bits and doubles; other numbers (longer whole ones, and
  /// those beyond the largest double) keep their spelling.
  values,
  /// All but whole numbers of 64 bits in their shortest spelling keep theirs: "1.10", "1e5", "-0".
  as_written,
  /// As values, and null for the names that Python's json.dumps writes for numbers that are not
  /// finite, which are no JSON: NaN, Infinity, -Infinity.
  with_names,
};

/// The value that `text` writes. Where a key comes twice its last value stands at its first place,
/// as in a Python dict. A byte order mark is no JSON.
/// @throws JsonTextError  if the text is none, holds half of a surrogate pair, or is too deep
[[nodiscard]] Json parse_json(std::string_view text, Numbers numbers = Numbers::values);

/// Is it a number that is kept as it is spelled?
[[nodiscard]] bool is_spelled_number(const Json& value);

/// A number that keeps its spelling. REQUIRES: spelling is a number in JSON's grammar
[[nodiscard]] Json spelled_number(std::string_view spelling);

/// @return its digits. REQUIRES: is_spelled_number(number)
[[nodiscard]] std::string spelling_of(const Json& number);

/// What parse_json() with Numbers::values makes of a number kept as written; other values as they
/// are. Numbers are compared by it.
[[nodiscard]] Json number_value(const Json& value);

/// Does a number's spelling have neither a point nor an exponent? Python then reads an int.
[[nodiscard]] bool is_whole_spelling(std::string_view spelling) noexcept;

/// One line of JSON, without spaces. NaN and infinities become null; a byte that is not UTF-8
/// becomes U+FFFD.
[[nodiscard]] std::string json_text(const Json& value);

}  // namespace smdm
