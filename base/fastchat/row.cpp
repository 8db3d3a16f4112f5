// A line that is no JSON, and a field of another type, are told in the words of all our readers.
#include "base/fastchat/row.hpp"

#include <algorithm>
#include <utility>

#include "base/files/lines.hpp"
#include "base/text/json_text.hpp"

namespace smdm {
namespace {

bool are_texts(const Json& list) {
  return list.is_array() &&
         std::ranges::all_of(list, [](const Json& value) { return value.is_string(); });
}

Json parsed(std::string_view line, const std::string& where, ErrorKind kind) {
  try {
    return parse_json(line);
  } catch (const JsonTextError& error) {
    throw Error(kind, where + ": not valid JSON: " + error.what() + " at byte " +
                          std::to_string(error.byte()) + " of the line");
  }
}

}  // namespace

FastChatRow::FastChatRow(std::string_view line, std::string where, ErrorKind kind)
    : object_(parsed(line, where, kind)), where_(std::move(where)), kind_(kind) {
  if (!object_.is_object()) {
    constexpr std::size_t kShown = 60;
    throw Error(kind_,
                where_ + ": wanted a JSON object, got " + json_text(object_).substr(0, kShown));
  }
}

bool FastChatRow::has(const std::string& field) const {
  const auto found = object_.find(field);
  return found != object_.end() && !found->is_null();
}

std::string FastChatRow::text(const std::string& field) const {
  if (!has(field) || !object_.at(field).is_string()) reject(field, "a text");
  return object_.at(field).get<std::string>();
}

std::vector<std::string> FastChatRow::texts(const std::string& field) const {
  if (!has(field) || !are_texts(object_.at(field))) reject(field, "a list of texts");
  return object_.at(field).get<std::vector<std::string>>();
}

double FastChatRow::number(const std::string& field) const {
  if (!has(field) || !object_.at(field).is_number()) reject(field, "a number");
  return object_.at(field).get<double>();
}

Json FastChatRow::id(const std::string& field) const {
  const bool fits =
      has(field) && (object_.at(field).is_number_integer() || object_.at(field).is_string());
  if (!fits) reject(field, "a whole number or a text");
  return object_.at(field);
}

const Json& FastChatRow::value(const std::string& field) const {
  if (!object_.contains(field)) reject(field, "a value");
  return object_.at(field);
}

void FastChatRow::reject(const std::string& field, const std::string& wanted) const {
  constexpr std::size_t kShown = 60;
  const auto found = object_.find(field);
  const auto came = found == object_.end() ? "nothing" : json_text(*found).substr(0, kShown);
  throw Error(kind_, where_ + ": field \"" + field + "\": wanted " + wanted + ", got " + came);
}

std::vector<FastChatRow> read_rows(const std::filesystem::path& path) {
  LineReader reader(path);
  std::vector<FastChatRow> rows;
  std::string line;
  while (reader.next(line)) {
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    rows.emplace_back(line, reader.where(), ErrorKind::data);
  }
  if (rows.empty()) throw Error(ErrorKind::data, path.string() + ": wanted JSON lines, found none");
  return rows;
}

}  // namespace smdm
