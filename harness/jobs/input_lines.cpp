// What a line may hold is checked here as it is written; what it means for a model is checked by
// who encodes it. Every error names the file, the line and the field.
#include "harness/jobs/input_lines.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/files/lines.hpp"
#include "base/text/json_text.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

bool is_text_or_number(const Json& value) {
  return value.is_string() || value.is_number() || is_spelled_number(value);
}

std::optional<std::int64_t> whole_number(const Json& written) {
  const auto value = number_value(written);
  const bool whole =
      value.is_number_integer() && value.get<double>() >= 0.0 && value.get<double>() < 9e15;
  if (!whole) return std::nullopt;
  return value.get<std::int64_t>();
}

/// A list of token ids, or nothing where it is none.
std::optional<std::vector<std::int64_t>> ids_of(const Json& list) {
  if (!list.is_array()) return std::nullopt;
  std::vector<std::int64_t> ids;
  ids.reserve(list.size());
  for (const auto& written : list) {
    const auto id = whole_number(written);
    if (!id) return std::nullopt;
    ids.push_back(*id);
  }
  return ids;
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
  reject(field, wanted, has(field) ? json_text(object_.at(field)) : "nothing");
}

void InputLine::reject(const std::string& field,
                       const std::string& wanted,
                       const std::string& came) const {
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
  if (!has(field)) reject(field, "a list of token ids");
  auto ids = ids_of(object_.at(field));
  if (!ids) reject(field, "a list of token ids");
  return std::move(*ids);
}

std::size_t InputLine::masks_behind() const {
  if (!has("masks_behind")) return 0;
  const auto masks = whole_number(object_.at("masks_behind"));
  if (!masks) reject("masks_behind", "a whole number of 0 or more");
  return static_cast<std::size_t>(*masks);
}

std::vector<PromptPart> InputLine::parts() const {
  const auto& list = object_.at("parts");
  if (!list.is_array() || list.empty())
    reject("parts", "a list of texts, lists of token ids and {\"mask\": N}");
  std::vector<PromptPart> parts;
  parts.reserve(list.size());
  for (const auto& part : list) parts.push_back(part_of(part));
  const bool fills = std::ranges::any_of(
      parts, [](const PromptPart& part) { return std::holds_alternative<Gap>(part); });
  if (!fills) reject("parts", "at least one {\"mask\": N} to be filled");
  return parts;
}

PromptPart InputLine::part_of(const Json& part) const {
  if (part.is_string()) return part.get<std::string>();
  if (part.is_object()) return Gap{.tokens = masks_of(part)};
  auto ids = ids_of(part);
  if (!ids || ids->empty())
    reject("parts", "a text, a list of token ids or {\"mask\": N} as a part", json_text(part));
  return std::move(*ids);
}

std::int64_t InputLine::masks_of(const Json& part) const {
  for (const auto& [key, value] : part.items()) {
    if (key != "mask") reject("parts", "\"mask\" alone in a part", json_text(part));
  }
  const auto masks = part.contains("mask") ? whole_number(part.at("mask")) : std::nullopt;
  if (!masks || *masks < 1)
    reject("parts", "a whole number of 1 or more as \"mask\"", json_text(part));
  return *masks;
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
