#include "results/run/checked_json.hpp"

#include "base/error.hpp"
#include "base/text/json_text.hpp"
#include "base/text/utf8.hpp"

namespace smdm {

Json stored_json(const std::string& text, const std::string& what) {
  try {
    return parse_json(unicode::without_byte_order_mark(text));
  } catch (const JsonTextError& error) {
    throw Error(ErrorKind::results, "not " + what + ", or truncated: " + error.what() +
                                        " at byte " + std::to_string(error.byte()));
  }
}

bool is_natural(const Json& value) {
  return value.is_number_unsigned() ||
         (value.is_number_integer() && value.get<std::int64_t>() >= 0);
}

std::uint64_t natural(const Json& value, const std::string& what) {
  if (!is_natural(value))
    throw Error(ErrorKind::results,
                what + ": wanted an integer that is not negative, got " + json_text(value));
  return value.get<std::uint64_t>();
}

void check_schema_version(const Json& schema, int newest, const std::string& what) {
  const auto wanted = "wanted " + what + " of schema 1 to " + std::to_string(newest) + ", got ";
  const auto largest = static_cast<std::uint64_t>(newest);
  if (!schema.is_number_integer()) throw Error(ErrorKind::results, wanted + json_text(schema));
  if (schema.is_number_unsigned() && schema.get<std::uint64_t>() > largest)
    throw Error(ErrorKind::results, wanted + json_text(schema) + ": written by a newer version");
  const auto version = schema.get<std::int64_t>();
  if (version < 1 || version > newest) throw Error(ErrorKind::results, wanted + json_text(schema));
}

}  // namespace smdm
