#include "harness/jobs/input_lines.hpp"

#include "base/error.hpp"
#include "base/files/lines.hpp"
#include "base/text/json_text.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

bool is_text_or_number(const Json& value) {
  return value.is_string() || value.is_number() || is_spelled_number(value);
}

/// Numbers keep their spelling: ids are given back as they came.
Json parse_line(const std::string& line, const std::string& where) {
  Json object;
  try {
    object = parse_json(line, Numbers::as_written);
  } catch (const JsonTextError& error) {
    throw Error(ErrorKind::data, where + ": not valid JSON: " + error.what() + " at byte " +
                                     std::to_string(error.byte()) + " of the line");
  }
  if (!object.is_object())
    throw Error(ErrorKind::data, where + ": wanted a JSON object, got " + describe(object));
  if (!object.contains("id") || !is_text_or_number(object.at("id"))) {
    throw Error(ErrorKind::data, where + ": field \"id\": wanted a string or a number");
  }
  return object;
}

}  // namespace

void InputLine::reject(const std::string& field, const std::string& wanted) const {
  const auto came = has(field) ? json_text(object_.at(field)) : "nothing";
  constexpr std::size_t kShown = 60;
  throw Error(ErrorKind::data, where_ + ": field \"" + field + "\": wanted " + wanted + ", got " +
                                   came.substr(0, kShown));
}

std::optional<Json> InputLine::question() const {
  if (!has("question")) return std::nullopt;
  const auto& name = object_.at("question");
  if (!is_text_or_number(name)) reject("question", "a string or a number");
  return number_value(name);
}

std::string InputLine::text(const std::string& field) const {
  if (!has(field) || !object_.at(field).is_string()) reject(field, "a string");
  return object_.at(field).get<std::string>();
}

std::vector<std::int64_t> InputLine::ids(const std::string& field) const {
  if (!has(field) || !object_.at(field).is_array()) reject(field, "a list of token ids");
  std::vector<std::int64_t> ids;
  for (const auto& written : object_.at(field)) {
    const auto value = number_value(written);
    const bool whole =
        value.is_number_integer() && value.get<double>() >= 0.0 && value.get<double>() < 9e15;
    if (!whole) reject(field, "a list of token ids");
    ids.push_back(value.get<std::int64_t>());
  }
  return ids;
}

std::vector<InputLine> read_input_lines(const std::filesystem::path& path) {
  LineReader reader(path);
  std::vector<InputLine> lines;
  std::string line;
  while (reader.next(line)) {
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    lines.emplace_back(parse_line(line, reader.where()), reader.where());
  }
  if (lines.empty())
    throw Error(ErrorKind::data, path.string() + ": wanted JSON lines, found none");
  return lines;
}

}  // namespace smdm
