// Checks by valijson, the only file that reads its headers. What it finds is where a document is
// wrong; the words come from the schema's own titles, as valijson's texts name neither the value
// nor what a reader should write instead.
#include "results/export/json_schema.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "base/text/json_text.hpp"

namespace smdm {
namespace {

using Plain = nlohmann::json;  // the library's type, whose members are sorted
using Keys = std::vector<std::string>;

/// A document in the library's type. Numbers that are not finite are null, as they are written, and
/// integers beyond its own 64 bits with a sign are the largest of those: it would take them for
/// negative ones.
Plain plain(const Json& value) {
  if (value.is_object()) {
    Plain object = Plain::object();
    for (const auto& [key, member] : value.items()) object[key] = plain(member);
    return object;
  }
  if (value.is_array()) {
    Plain array = Plain::array();
    for (const Json& item : value) array.push_back(plain(item));
    return array;
  }
  constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
  if (value.is_number_unsigned())
    return std::min(value.get<std::uint64_t>(), static_cast<std::uint64_t>(kLargest));
  if (value.is_number_float() && !std::isfinite(value.get<double>())) return nullptr;
  return Plain(value);
}

/// A place of the schema after its references and with all that it is made of, what narrows a
/// definition before the definition.
void add_parts(const Json& place, const Json& schema, std::vector<const Json*>& parts) {
  if (const auto found = place.find("$ref"); found != place.end()) {
    const auto pointer = found->get<std::string>().substr(1);  // after '#'
    add_parts(schema.at(Json::json_pointer(pointer)), schema, parts);
    return;
  }
  if (const auto found = place.find("allOf"); found != place.end()) {
    for (auto part = found->rbegin(); part != found->rend(); ++part)
      add_parts(*part, schema, parts);
  }
  parts.push_back(&place);
}

std::vector<const Json*> parts_of(const Json& place, const Json& schema) {
  std::vector<const Json*> parts;
  add_parts(place, schema, parts);
  return parts;
}

/// The schema of a member or item, if a part of its owner's has one.
const Json* below(const Json& part, const std::string& key, bool in_array) {
  if (in_array) return part.contains("items") ? &part.at("items") : nullptr;
  if (const auto all = part.find("properties"); all != part.end()) {
    if (const auto found = all->find(key); found != all->end()) return &*found;
  }
  const auto others = part.find("additionalProperties");
  return others != part.end() && others->is_object() ? &*others : nullptr;
}

/// A value of a document and its place in the schema.
struct Place {
  const Json* value = nullptr;
  const Json* schema = nullptr;
  std::string pointer;
};

const Json& value_below(const Json& value, const std::string& key) {
  return value.is_array() ? value.at(std::stoul(key)) : value.at(key);
}

/// One step down; nothing where the schema does not say what stands there.
std::optional<Place> step(const Place& from, const std::string& key, const Json& schema) {
  for (const Json* part : parts_of(*from.schema, schema)) {
    const Json* next = below(*part, key, from.value->is_array());
    if (next == nullptr) continue;
    const auto parent = Json::json_pointer(from.pointer);
    const auto pointer = from.value->is_array() ? parent / std::stoul(key) : parent / key;
    return Place{
        .value = &value_below(*from.value, key), .schema = next, .pointer = pointer.to_string()};
  }
  return std::nullopt;
}

std::optional<std::string> missing_field(const Place& place, const Json& schema) {
  for (const Json* part : parts_of(*place.schema, schema)) {
    if (!part->contains("required")) continue;
    for (const Json& name : part->at("required")) {
      if (!place.value->contains(name.get<std::string>())) return name.get<std::string>();
    }
  }
  return std::nullopt;
}

std::optional<std::string> unknown_field(const Place& place, const Json& schema) {
  for (const Json* part : parts_of(*place.schema, schema)) {
    if (part->value("additionalProperties", Json(true)) != false) continue;
    for (const auto& [name, value] : place.value->items()) {
      if (!part->at("properties").contains(name)) return name;
    }
  }
  return std::nullopt;
}

std::string title_of(const Place& place, const Json& schema) {
  for (const Json* part : parts_of(*place.schema, schema)) {
    if (part->contains("title")) return part->at("title");
  }
  return "another value";
}

SchemaFault explained(const Place& place, const Json& schema) {
  const auto field = [&](const std::string& name) {
    return (Json::json_pointer(place.pointer) / name).to_string();
  };
  if (place.value->is_object()) {
    if (const auto name = missing_field(place, schema))
      return {.pointer = place.pointer, .text = "wanted a field " + field(*name)};
    if (const auto name = unknown_field(place, schema))
      return {.pointer = field(*name), .text = "wanted no field " + field(*name)};
  }
  return {.pointer = place.pointer,
          .text = "wanted " + title_of(place, schema) + ", got " + json_text(*place.value)};
}

/// The library's way to a value: "<root>", "[entries]", "[3]".
Keys keys_of(const std::vector<std::string>& context) {
  Keys keys;
  keys.reserve(context.size());
  for (std::size_t i = 1; i < context.size(); ++i)
    keys.push_back(context[i].substr(1, context[i].size() - 2));
  return keys;
}

/// The value that a fault lies in, as deep as the schema describes it.
Place place_of(const Keys& keys, const Json& document, const Json& schema) {
  Place place{.value = &document, .schema = &schema, .pointer = ""};
  for (const std::string& key : keys) {
    auto next = step(place, key, schema);
    if (!next) break;
    place = *std::move(next);
  }
  return place;
}

}  // namespace

struct JsonSchema::Compiled {
  valijson::Schema schema;
};

JsonSchema::JsonSchema(const Json& schema)
    : schema_(schema), compiled_(std::make_unique<Compiled>()) {
  const Plain source(schema);
  valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(source),
                                          compiled_->schema);
}

JsonSchema::~JsonSchema() = default;
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;

std::optional<SchemaFault> JsonSchema::fault_of(const Json& document) const {
  const Plain target = plain(document);
  valijson::ValidationResults found;
  valijson::Validator validator;
  if (validator.validate(compiled_->schema, valijson::adapters::NlohmannJsonAdapter(target),
                         &found))
    return std::nullopt;
  Keys deepest;
  for (const auto& error : found) {
    auto keys = keys_of(error.context);
    if (keys.size() > deepest.size()) deepest = std::move(keys);
  }
  return explained(place_of(deepest, document, schema_), schema_);
}

}  // namespace smdm
