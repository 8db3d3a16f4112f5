#include "tasks/data/json_object.hpp"

#include "base/error.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {

Json parse_object(const std::string& line) {
  try {
    Json value = Json::parse(line);
    if (!value.is_object())
      throw Error(ErrorKind::data, "wanted a JSON object, got " + describe(value));
    return value;
  } catch (const Json::parse_error& error) {
    throw Error(ErrorKind::data, "wanted a JSON object, got malformed JSON at byte " +
                                     std::to_string(error.byte) + " of the line");
  }
}

}  // namespace smdm
