#include "models/formats/config_fields.hpp"

#include "base/error.hpp"
#include "base/files/read.hpp"

namespace smdm {

ConfigFields::ConfigFields(const std::filesystem::path& path) : file_(path.string()) {
  const auto text = read_file(path, ErrorKind::checkpoint);
  try {
    json_ = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::checkpoint, file_ + ": not valid JSON: " + error.what());
  }
  if (!json_.is_object()) throw Error(ErrorKind::checkpoint, file_ + ": wanted a JSON object");
}

namespace {

/// A value in an error's text. What holds others is not written out: writing it calls itself for
/// each of the brackets within each other, of which a file may have any number.
std::string shown(const nlohmann::json& value) {
  return value.is_structured() ? "a list or an object" : value.dump();
}

}  // namespace

void ConfigFields::reject(const std::string& field, const std::string& wanted) const {
  const std::string came = json_.contains(field) ? shown(json_.at(field)) : "nothing";
  throw Error(ErrorKind::checkpoint,
              file_ + ": field \"" + field + "\": wanted " + wanted + ", got " + came);
}

bool ConfigFields::has(const std::string& field) const {
  return json_.contains(field) && !json_.at(field).is_null();
}

std::int64_t ConfigFields::positive(const std::string& field) const {
  constexpr std::int64_t kHighest = 2'147'483'648;  // 2^31
  if (!has(field) || !json_.at(field).is_number_integer()) reject(field, "a positive integer");
  const auto value = json_.at(field).get<std::int64_t>();
  if (value < 1 || value > kHighest) reject(field, "a positive integer");
  return value;
}

std::int64_t ConfigFields::positive(const std::string& field, std::int64_t otherwise) const {
  return has(field) ? positive(field) : otherwise;
}

double ConfigFields::number(const std::string& field, double otherwise) const {
  if (!has(field)) return otherwise;
  if (!json_.at(field).is_number()) reject(field, "a number");
  return json_.at(field).get<double>();
}

bool ConfigFields::flag(const std::string& field, bool otherwise) const {
  if (!has(field)) return otherwise;
  if (!json_.at(field).is_boolean()) reject(field, "true or false");
  return json_.at(field).get<bool>();
}

std::string ConfigFields::text(const std::string& field, const std::string& otherwise) const {
  if (!has(field)) return otherwise;
  if (!json_.at(field).is_string()) reject(field, "a string");
  return json_.at(field).get<std::string>();
}

}  // namespace smdm
