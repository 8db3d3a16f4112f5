// The fields of a configuration file: each checked for its type, and remembered once it was read.
#include "models/formats/config_fields.hpp"

#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/files/read.hpp"

namespace smdm {
namespace {

/// A value in an error's text. What holds others is not written out: writing it calls itself for
/// each of the brackets within each other, of which a file may have any number.
std::string shown(const nlohmann::json& value) {
  return value.is_structured() ? "a list or an object" : value.dump();
}

}  // namespace

ConfigFields::ConfigFields(const std::filesystem::path& path) : file_(path.string()) {
  const auto text = read_file(path, ErrorKind::checkpoint);
  try {
    json_ = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::checkpoint, file_ + ": not valid JSON: " + error.what());
  }
  if (!json_.is_object()) throw Error(ErrorKind::checkpoint, file_ + ": wanted a JSON object");
}

ConfigFields::ConfigFields(std::string file, std::string prefix, nlohmann::json json)
    : json_(std::move(json)), file_(std::move(file)), prefix_(std::move(prefix)) {}

std::string ConfigFields::place_of(const std::string& field) const {
  // A name may hold anything; written as JSON it stays on one line.
  return file_ + ": field " + nlohmann::json(prefix_ + field).dump();
}

std::string ConfigFields::value_text(const std::string& field) const {
  return json_.contains(field) ? shown(json_.at(field)) : "nothing";
}

void ConfigFields::reject(const std::string& field, const std::string& wanted) const {
  throw Error(ErrorKind::checkpoint,
              place_of(field) + ": wanted " + wanted + ", got " + value_text(field));
}

void ConfigFields::reject_unknown(const std::string& field, const std::string& family) const {
  throw Error(ErrorKind::checkpoint, place_of(field) + ": wanted no field unknown to family " +
                                         family + ", got " + value_text(field) +
                                         ": it may change what the model computes");
}

const nlohmann::json& ConfigFields::value(const std::string& field) const {
  read_.insert(field);
  return json_.at(field);
}

bool ConfigFields::has(const std::string& field) const {
  return json_.contains(field) && !json_.at(field).is_null();
}

bool ConfigFields::names(const std::string& field) const {
  return json_.contains(field);
}

bool ConfigFields::is(const std::string& field, const nlohmann::json& wanted) const {
  return json_.contains(field) && json_.at(field) == wanted;
}

std::vector<std::string> ConfigFields::unread() const {
  std::vector<std::string> fields;
  for (const auto& [field, held] : json_.items()) {
    if (!held.is_null() && held != false && !read_.contains(field)) fields.push_back(field);
  }
  return fields;
}

std::int64_t ConfigFields::positive(const std::string& field) const {
  constexpr std::int64_t kHighest = 2'147'483'648;  // 2^31
  if (!has(field) || !value(field).is_number_integer()) reject(field, "a positive integer");
  const auto number = value(field).get<std::int64_t>();
  if (number < 1 || number > kHighest) reject(field, "a positive integer");
  return number;
}

std::int64_t ConfigFields::positive(const std::string& field, std::int64_t otherwise) const {
  return has(field) ? positive(field) : otherwise;
}

double ConfigFields::number(const std::string& field, double otherwise) const {
  if (!has(field)) return otherwise;
  if (!value(field).is_number()) reject(field, "a number");
  return value(field).get<double>();
}

double ConfigFields::positive_number(const std::string& field) const {
  constexpr const char* kWanted = "a number above 0";
  if (!has(field) || !value(field).is_number()) reject(field, kWanted);
  const auto number = value(field).get<double>();
  if (!std::isfinite(number) || !(number > 0.0)) reject(field, kWanted);
  return number;
}

bool ConfigFields::flag(const std::string& field, bool otherwise) const {
  if (!has(field)) return otherwise;
  if (!value(field).is_boolean()) reject(field, "true or false");
  return value(field).get<bool>();
}

std::string ConfigFields::text(const std::string& field, const std::string& otherwise) const {
  if (!has(field)) return otherwise;
  if (!value(field).is_string()) reject(field, "a string");
  return value(field).get<std::string>();
}

namespace {

/// An id of 32 bits, as ids in tensors are; negative ones stand for none.
std::optional<std::int64_t> id_in(const nlohmann::json& value) {
  constexpr std::int64_t kHighest = 2'147'483'647;  // 2^31 - 1
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > kHighest) return std::nullopt;
  const auto id = value.get<std::int64_t>();
  return id < 0 ? -1 : id;
}

}  // namespace

std::optional<std::int64_t> ConfigFields::whole(const std::string& field) const {
  if (!has(field)) return std::nullopt;
  const auto found = id_in(value(field));
  if (!found || *found < 0) reject(field, "an integer >= 0");
  return found;
}

std::optional<std::int64_t> ConfigFields::id(const std::string& field) const {
  if (!has(field)) return std::nullopt;
  const auto found = id_in(value(field));
  if (!found) reject(field, "a token's id");
  return *found < 0 ? std::nullopt : found;
}

std::vector<std::int64_t> ConfigFields::ids(const std::string& field) const {
  if (!has(field)) return {};
  if (!value(field).is_array()) {
    const auto one = id(field);
    return one ? std::vector<std::int64_t>{*one} : std::vector<std::int64_t>{};
  }
  std::vector<std::int64_t> all;
  all.reserve(value(field).size());
  for (const auto& one : value(field)) {
    const auto found = id_in(one);
    if (!found || *found < 0) reject(field, "a token's id or a list of them");
    all.push_back(found.value());
  }
  return all;
}

std::vector<std::string> ConfigFields::texts(const std::string& field) const {
  if (!has(field)) return {};
  constexpr const char* kWanted = "a list of strings";
  if (!value(field).is_array()) reject(field, kWanted);
  std::vector<std::string> all;
  all.reserve(value(field).size());
  for (const auto& one : value(field)) {
    if (!one.is_string()) reject(field, kWanted);
    all.push_back(one.get<std::string>());
  }
  return all;
}

std::optional<ConfigFields> ConfigFields::object(const std::string& field) const {
  if (!has(field)) return std::nullopt;
  if (!value(field).is_object()) reject(field, "an object");
  // A copy calls itself for each of the brackets within each other: what holds others is left out.
  auto copy = nlohmann::json::object();
  for (const auto& [name, held] : value(field).items())
    copy[name] = held.is_structured() ? nlohmann::json::array() : held;
  return ConfigFields(file_, prefix_ + field + ".", std::move(copy));
}

}  // namespace smdm
