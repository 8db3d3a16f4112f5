// Places in a JSON document: what is asked of a value ends, where it fails, with the value's name.
#include "models/text/json_place.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/files/read.hpp"
#include "base/text/json_text.hpp"
#include "base/text/unicode.hpp"

namespace smdm {
namespace {

constexpr std::int64_t kLargestId = 0x7FFFFFFF;

/// A value for an error's line, cut where it is long.
std::string shown(const Json& value) {
  constexpr std::size_t longest = 60;
  if (value.is_structured() && value.size() > longest)
    return value.is_object() ? "an object" : "a list";
  const auto text = unicode::decode(json_text(value));
  if (text.size() <= longest) return unicode::encode(text);
  return unicode::encode(text.substr(0, longest)) + "...";
}

}  // namespace

std::string read_text_of(const std::filesystem::path& path) {
  auto text = read_file(path, ErrorKind::checkpoint);
  if (text.starts_with("version https://git-lfs")) {
    throw Error(ErrorKind::checkpoint,
                path.string() +
                    ": wanted a tokenizer's file, got a Git LFS pointer: the "
                    "file itself was not downloaded");
  }
  return text;
}

Json read_json(const std::filesystem::path& path) {
  const auto text = read_text_of(path);
  try {
    return parse_json(text);
  } catch (const JsonTextError& error) {
    throw Error(ErrorKind::checkpoint, path.string() + ": wanted a tokenizer's JSON, got " +
                                           error.what() + " at byte " +
                                           std::to_string(error.byte()));
  }
}

void JsonPlace::reject(const std::string& wanted) const {
  reject(wanted, shown(*value_));
}

bool is_json_object(const std::filesystem::path& path) {
  const auto text = read_text_of(path);
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{';
}

std::string JsonPlace::name() const {
  const std::string field = path_.empty() ? "" : ": field \"" + path_ + "\"";
  return std::string(file_) + field;
}

void JsonPlace::reject(const std::string& wanted, const std::string& came) const {
  throw Error(ErrorKind::checkpoint, name() + ": wanted " + wanted + ", got " + came);
}

JsonPlace JsonPlace::member(const std::string& key, const Json& value) const {
  return {file_, value, path_.empty() ? key : path_ + "." + key};
}

JsonPlace JsonPlace::at(const std::string& key) const {
  if (!value_->is_object()) reject("an object");
  const auto found = value_->find(key);
  if (found == value_->end()) member(key, *value_).reject("a value", "no such field");
  return member(key, *found);
}

std::optional<JsonPlace> JsonPlace::find(const std::string& key) const {
  if (!value_->is_object()) reject("an object");
  const auto found = value_->find(key);
  if (found == value_->end() || found->is_null()) return std::nullopt;
  return member(key, *found);
}

std::vector<std::pair<std::string, JsonPlace>> JsonPlace::members() const {
  if (!value_->is_object()) reject("an object");
  std::vector<std::pair<std::string, JsonPlace>> all;
  all.reserve(value_->size());
  for (const auto& [key, value] : value_->items()) all.emplace_back(key, member(key, value));
  return all;
}

void JsonPlace::allow(std::span<const std::string_view> keys) const {
  if (!value_->is_object()) reject("an object");
  for (const auto& [key, value] : value_->items()) {
    if (std::ranges::find(keys, key) == keys.end())
      member(key, value).reject("no such field, as it is not known");
  }
}

void JsonPlace::want_null(const std::string& key) const {
  if (const auto set = find(key)) set->reject("null");
}

std::size_t JsonPlace::size() const {
  if (!value_->is_array()) reject("a list");
  return value_->size();
}

JsonPlace JsonPlace::item(std::size_t i) const {
  return {file_, (*value_)[i], path_ + "[" + std::to_string(i) + "]"};
}

std::string JsonPlace::text() const {
  if (!value_->is_string()) reject("a text");
  return value_->get<std::string>();
}

bool JsonPlace::flag() const {
  if (!value_->is_boolean()) reject("true or false");
  return value_->get<bool>();
}

bool JsonPlace::flag(const std::string& key, bool otherwise) const {
  const auto set = find(key);
  return set ? set->flag() : otherwise;
}

std::int64_t JsonPlace::id() const {
  const bool whole = value_->is_number_unsigned() && value_->get<std::uint64_t>() <= kLargestId;
  if (!whole) reject("a whole number from 0 to 2147483647");
  return value_->get<std::int64_t>();
}

std::size_t JsonPlace::count() const {
  return static_cast<std::size_t>(id());
}

char32_t JsonPlace::character() const {
  const auto characters = unicode::decode(text());
  if (characters.size() != 1) reject("one character");
  return characters.front();
}

}  // namespace smdm
