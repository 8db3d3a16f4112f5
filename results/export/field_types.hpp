/// What fields of a leaderboard entry may hold: the types of docs/leaderboard-v1.schema.json.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>

#include "base/json.hpp"
#include "results/run/checked_json.hpp"

namespace smdm {

/// A type in words, and whether a value is of it.
struct FieldType {
  const char* words = nullptr;
  bool (*fits)(const Json& value) = nullptr;
};

namespace field_type {

inline bool is_digest(const Json& value) {
  constexpr std::size_t kDigits = 64;
  if (!value.is_string()) return false;
  const auto text = value.get<std::string>();
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

inline bool is_one_of(const Json& value, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return value == name; });
}

inline bool is_number_or_null(const Json& value) {
  return value.is_number() || value.is_null();
}

inline bool are_strings(const Json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
}

inline bool is_setting(const Json& value) {
  return value.is_number() || value.is_string() || value.is_boolean() || value.is_null();
}

inline constexpr FieldType kFlag = {.words = "true or false",
                                    .fits = [](const Json& value) { return value.is_boolean(); }};
inline constexpr FieldType kText = {.words = "a text",
                                    .fits = [](const Json& value) { return value.is_string(); }};
inline constexpr FieldType kName = {.words = "a name", .fits = [](const Json& value) {
                                      return value.is_string() && !value.get<std::string>().empty();
                                    }};
inline constexpr FieldType kTextOrNull = {.words = "a text or null", .fits = [](const Json& value) {
                                            return value.is_string() || value.is_null();
                                          }};
inline constexpr FieldType kDigest = {.words = "a SHA-256 digest", .fits = is_digest};
inline constexpr FieldType kDigestOrNull = {
    .words = "a SHA-256 digest or null",
    .fits = [](const Json& value) { return value.is_null() || is_digest(value); }};
inline constexpr FieldType kDigests = {
    .words = "a list of SHA-256 digests", .fits = [](const Json& value) {
      return value.is_array() && std::all_of(value.begin(), value.end(), is_digest);
    }};
inline constexpr FieldType kCount = {.words = "an integer that is not negative",
                                     .fits = is_natural};
inline constexpr FieldType kPositive = {
    .words = "an integer of at least 1",
    .fits = [](const Json& value) { return is_natural(value) && value != 0; }};
inline constexpr FieldType kCountOrNull = {
    .words = "an integer that is not negative, or null",
    .fits = [](const Json& value) { return value.is_null() || is_natural(value); }};
inline constexpr FieldType kNumber = {.words = "a number",
                                      .fits = [](const Json& value) { return value.is_number(); }};
inline constexpr FieldType kNumberOrNull = {.words = "a number or null", .fits = is_number_or_null};
inline constexpr FieldType kSizeOrNull = {
    .words = "a number that is not negative, or null", .fits = [](const Json& value) {
      return value.is_null() || (value.is_number() && value.get<double>() >= 0.0);
    }};
inline constexpr FieldType kInterval = {
    .words = "two numbers or null", .fits = [](const Json& value) {
      return value.is_null() || (value.is_array() && value.size() == 2 &&
                                 std::all_of(value.begin(), value.end(), is_number_or_null));
    }};
inline constexpr FieldType kModelKind = {
    .words = "mdm, arm or null",
    .fits = [](const Json& value) { return value.is_null() || is_one_of(value, {"mdm", "arm"}); }};
inline constexpr FieldType kDirection = {.words = "higher or lower", .fits = [](const Json& value) {
                                           return is_one_of(value, {"higher", "lower"});
                                         }};
inline constexpr FieldType kBound = {
    .words = "exact, lower, chain_rule or null", .fits = [](const Json& value) {
      return value.is_null() || is_one_of(value, {"exact", "lower", "chain_rule"});
    }};
inline constexpr FieldType kSettings = {
    .words = "settings", .fits = [](const Json& value) {
      return value.is_object() && std::all_of(value.begin(), value.end(), is_setting);
    }};
inline constexpr FieldType kArguments = {
    .words = "a list of texts or null",
    .fits = [](const Json& value) { return value.is_null() || are_strings(value); }};

}  // namespace field_type

}  // namespace smdm
