#include "harness/jobs/input_lines.hpp"

#include "base/error.hpp"
#include "base/files/lines.hpp"

namespace smdm {
namespace {

Json parse_line(const std::string& line, const std::string& where) {
  Json object;
  try {
    object = Json::parse(line);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::data, where + ": not valid JSON: " + error.what());
  }
  if (!object.is_object())
    throw Error(ErrorKind::data,
                where + ": wanted a JSON object, got " + std::string(object.type_name()));
  if (!object.contains("id") || !(object.at("id").is_string() || object.at("id").is_number())) {
    throw Error(ErrorKind::data, where + ": field \"id\": wanted a string or a number");
  }
  return object;
}

}  // namespace

void InputLine::reject(const std::string& field, const std::string& wanted) const {
  const auto came = has(field) ? object_.at(field).dump() : "nothing";
  constexpr std::size_t kShown = 60;
  throw Error(ErrorKind::data, where_ + ": field \"" + field + "\": wanted " + wanted + ", got " +
                                   came.substr(0, kShown));
}

std::optional<Json> InputLine::question() const {
  if (!has("question")) return std::nullopt;
  const auto& name = object_.at("question");
  if (!name.is_string() && !name.is_number()) reject("question", "a string or a number");
  return name;
}

std::string InputLine::text(const std::string& field) const {
  if (!has(field) || !object_.at(field).is_string()) reject(field, "a string");
  return object_.at(field).get<std::string>();
}

std::vector<std::int64_t> InputLine::ids(const std::string& field) const {
  if (!has(field) || !object_.at(field).is_array()) reject(field, "a list of token ids");
  std::vector<std::int64_t> ids;
  for (const auto& value : object_.at(field)) {
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
