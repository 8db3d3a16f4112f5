// Digits come from std::to_chars, which like CPython gives the fewest that read back equal; where
// the point or the exponent stands is decided here, as CPython's float_repr does.
#include "base/text/python.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/text/json_text.hpp"

namespace smdm {
namespace {

/// Digits of `value` and where the point stands: value = 0.<digits> * 10^point.
struct Decimal {
  std::string digits;
  int point = 0;
};

/// REQUIRES: value is finite and not negative.
Decimal shortest_decimal(double value) {
  std::array<char, 64> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
  const std::string_view written(text.data(), static_cast<std::size_t>(end.ptr - text.data()));
  const auto exponent_at = written.find('e');
  Decimal decimal;
  for (const char c : written.substr(0, exponent_at)) {
    if (c != '.') decimal.digits += c;
  }
  // from_chars takes no plus sign.
  const char* exponent = text.data() + exponent_at + (written[exponent_at + 1] == '+' ? 2 : 1);
  std::from_chars(exponent, end.ptr, decimal.point);
  ++decimal.point;
  return decimal;
}

std::string with_exponent(const Decimal& decimal) {
  std::string text = decimal.digits.substr(0, 1);
  if (decimal.digits.size() > 1) text.append(".").append(decimal.digits, 1);
  const int exponent = decimal.point - 1;
  const std::string magnitude = std::to_string(std::abs(exponent));
  return text + (exponent < 0 ? "e-" : "e+") + (magnitude.size() < 2 ? "0" : "") + magnitude;
}

std::string without_exponent(const Decimal& decimal) {
  const auto digits = static_cast<int>(decimal.digits.size());
  if (decimal.point <= 0) {
    return "0." + std::string(static_cast<std::size_t>(-decimal.point), '0') + decimal.digits;
  }
  if (decimal.point >= digits) {
    return decimal.digits + std::string(static_cast<std::size_t>(decimal.point - digits), '0') +
           ".0";
  }
  const auto whole = static_cast<std::size_t>(decimal.point);
  return decimal.digits.substr(0, whole) + "." + decimal.digits.substr(whole);
}

/// json.dumps of a float: repr where there is one, JavaScript's names elsewhere.
std::string python_number(double number) {
  if (std::isfinite(number)) return python_float(number);
  if (std::isnan(number)) return "NaN";
  return number < 0 ? "-Infinity" : "Infinity";
}

/// A number that we have no type for: a long whole one, or a float beyond the largest.
std::string python_number(const std::string& spelling) {
  if (is_whole_spelling(spelling)) return spelling;
  return spelling.front() == '-' ? "-Infinity" : "Infinity";
}

std::string python_scalar(const Json& value) {
  if (value.is_number_float()) return python_number(value.get<double>());
  if (is_spelled_number(value)) return python_number(spelling_of(value));
  return json_text(value);
}

void append_python_json(const Json& value, const std::string& margin, std::string& out) {
  if (!value.is_structured() || value.empty()) {
    out += python_scalar(number_value(value));
    return;
  }
  const std::string inner = margin + "  ";
  const char* separator = "\n";
  out += value.is_object() ? '{' : '[';
  for (auto item = value.begin(); item != value.end(); ++item) {
    out += separator;
    out += inner;
    if (value.is_object()) out += json_text(Json(item.key())) + ": ";
    append_python_json(*item, inner, out);
    separator = ",\n";
  }
  out += '\n' + margin + (value.is_object() ? '}' : ']');
}

}  // namespace

std::string python_float(double value) {
  if (std::isnan(value)) return "nan";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return sign + "inf";
  if (value == 0.0) return sign + "0.0";
  const Decimal decimal = shortest_decimal(std::abs(value));
  // CPython's float_repr: an exponent below 1e-4 and from 1e16 on.
  const bool exponent = decimal.point <= -4 || decimal.point > 16;
  return sign + (exponent ? with_exponent(decimal) : without_exponent(decimal));
}

std::string python_json(const Json& value) {
  std::string out;
  append_python_json(value, "", out);
  return out;
}

std::string json_line(const Json& value) {
  return json_text(value) + "\n";
}

}  // namespace smdm
