// Each accessor checks presence and type, and says in one sentence what it wanted and what it got.
// Long values are cut in error texts.
#include "tasks/data/fields.hpp"

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "base/text/json_text.hpp"

namespace smdm {
namespace {

std::string cut(const std::string& text) {
  constexpr std::size_t kShown = 40;
  return text.size() <= kShown ? text : text.substr(0, kShown) + "...";
}

std::string quoted(const std::string& text) {
  return json_text(cut(text));
}

std::string names_of(const Json& object) {
  constexpr std::size_t kShown = 12;
  std::string names;
  std::size_t shown = 0;
  for (const auto& member : object.items()) {
    if (shown++ == kShown) return names.append(", ...");
    names += names.empty() ? "" : ", ";
    names += quoted(member.key());
  }
  return names.empty() ? "none" : names;
}

[[noreturn]] void fail(const char* name, const char* wanted, const Json& value) {
  throw Error(ErrorKind::data, std::string("wanted the field \"") + name + "\" to be " + wanted +
                                   ", got " + describe(value));
}

}  // namespace

std::string describe(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::boolean:
      return value.get<bool>() ? "true" : "false";
    case Json::value_t::string:
      return "the string " + quoted(value.get<std::string>());
    case Json::value_t::array:
      return "an array of " + std::to_string(value.size());
    case Json::value_t::object:
      return "an object";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return "the number " + json_text(value);
    case Json::value_t::binary:
      if (is_spelled_number(value)) return "the number " + cut(spelling_of(value));
      break;
    case Json::value_t::discarded:
      break;
  }
  return "no JSON value";
}

const Json& field(const Json& object, const char* name) {
  if (!object.is_object())
    throw Error(ErrorKind::data, "wanted an object, got " + describe(object));
  const auto member = object.find(name);
  if (member == object.end()) {
    throw Error(ErrorKind::data, std::string("wanted the field \"") + name + "\", got the fields " +
                                     names_of(object));
  }
  return *member;
}

std::string text_field(const Json& object, const char* name) {
  const Json& value = field(object, name);
  if (!value.is_string()) fail(name, "a string", value);
  return value.get<std::string>();
}

std::string text_or_empty(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t integer_field(const Json& object, const char* name) {
  const Json& value = field(object, name);
  constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
  const bool too_large = value.is_number_unsigned() && value.get<std::uint64_t>() > kLargest;
  if (!value.is_number_integer() || too_large) fail(name, "a whole number", value);
  return value.get<std::int64_t>();
}

std::vector<std::string> texts_field(const Json& object, const char* name) {
  const Json& value = field(object, name);
  if (!value.is_array()) fail(name, "an array of strings", value);
  std::vector<std::string> texts;
  for (const Json& text : value) {
    if (!text.is_string()) fail(name, "an array of strings only", text);
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

std::size_t label_field(const Json& object,
                        const char* name,
                        const std::vector<std::string>& allowed) {
  const Json& value = field(object, name);
  const std::string label = value.is_string()           ? value.get<std::string>()
                            : value.is_number_integer() ? json_text(value)
                                                        : std::string();
  const auto found = std::ranges::find(allowed, label);
  if (found == allowed.end()) {
    std::string wanted = "one of";
    for (const std::string& one : allowed) wanted.append(1, ' ').append(quoted(one));
    fail(name, wanted.c_str(), value);
  }
  return static_cast<std::size_t>(found - allowed.begin());
}

Json select_fields(const Json& row, std::initializer_list<const char*> names) {
  Json selected = Json::object();
  for (const char* name : names) {
    if (row.contains(name)) selected[name] = row.at(name);
  }
  return selected;
}

}  // namespace smdm
