#include "results/run/checked_json.hpp"

#include "base/error.hpp"

namespace smdm {

bool is_natural(const Json& value) {
  return value.is_number_unsigned() ||
         (value.is_number_integer() && value.get<std::int64_t>() >= 0);
}

std::uint64_t natural(const Json& value, const std::string& what) {
  if (!is_natural(value))
    throw Error(ErrorKind::results,
                what + ": wanted an integer that is not negative, got " + value.dump());
  return value.get<std::uint64_t>();
}

void check_schema_version(const Json& schema, int newest, const std::string& what) {
  const auto wanted = "wanted " + what + " of schema 1 to " + std::to_string(newest) + ", got ";
  const auto largest = static_cast<std::uint64_t>(newest);
  if (!schema.is_number_integer()) throw Error(ErrorKind::results, wanted + schema.dump());
  if (schema.is_number_unsigned() && schema.get<std::uint64_t>() > largest)
    throw Error(ErrorKind::results, wanted + schema.dump() + ": written by a newer version");
  const auto version = schema.get<std::int64_t>();
  if (version < 1 || version > newest) throw Error(ErrorKind::results, wanted + schema.dump());
}

}  // namespace smdm
