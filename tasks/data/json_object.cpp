#include "tasks/data/json_object.hpp"

#include "base/error.hpp"
#include "base/text/json_text.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {

Json parse_object(const std::string& line) {
  try {
    Json value = parse_json(line);
    if (!value.is_object())
      throw Error(ErrorKind::data, "wanted a JSON object, got " + describe(value));
    return value;
  } catch (const JsonTextError& error) {
    throw Error(ErrorKind::data, "wanted a JSON object, got " + std::string(error.what()) +
                                     " at byte " + std::to_string(error.byte()) + " of the line");
  }
}

}  // namespace smdm
