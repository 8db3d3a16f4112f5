// The fourth part of leaderboard.hpp: whether an entry is what docs/leaderboard-v1.schema.json
// describes.
#include <algorithm>
#include <array>
#include <set>

#include "base/error.hpp"
#include "results/export/leaderboard.hpp"
#include "results/run/checked_json.hpp"

namespace smdm {
namespace {

bool is_digest(const Json& value) {
  constexpr std::size_t kDigits = 64;
  if (!value.is_string()) return false;
  const auto text = value.get<std::string>();
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_one_of(const Json& value, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return value == name; });
}

bool is_number_or_null(const Json& value) {
  return value.is_number() || value.is_null();
}

bool are_strings(const Json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
}

bool is_setting(const Json& value) {
  return value.is_number() || value.is_string() || value.is_boolean() || value.is_null();
}

/// What a field may hold, in words, and whether a value is that.
struct Type {
  const char* words;
  bool (*fits)(const Json& value);
};

constexpr Type kFlag = {.words = "true or false",
                        .fits = [](const Json& value) { return value.is_boolean(); }};
constexpr Type kText = {.words = "a text",
                        .fits = [](const Json& value) { return value.is_string(); }};
constexpr Type kName = {.words = "a name", .fits = [](const Json& value) {
                          return value.is_string() && !value.get<std::string>().empty();
                        }};
constexpr Type kTextOrNull = {.words = "a text or null", .fits = [](const Json& value) {
                                return value.is_string() || value.is_null();
                              }};
constexpr Type kDigest = {.words = "a SHA-256 digest", .fits = is_digest};
constexpr Type kDigestOrNull = {.words = "a SHA-256 digest or null", .fits = [](const Json& value) {
                                  return value.is_null() || is_digest(value);
                                }};
constexpr Type kDigests = {.words = "a list of SHA-256 digests", .fits = [](const Json& value) {
                             return value.is_array() &&
                                    std::all_of(value.begin(), value.end(), is_digest);
                           }};
constexpr Type kCount = {.words = "an integer that is not negative", .fits = is_natural};
constexpr Type kPositive = {.words = "an integer of at least 1", .fits = [](const Json& value) {
                              return is_natural(value) && value != 0;
                            }};
constexpr Type kCountOrNull = {
    .words = "an integer that is not negative, or null",
    .fits = [](const Json& value) { return value.is_null() || is_natural(value); }};
constexpr Type kNumber = {.words = "a number",
                          .fits = [](const Json& value) { return value.is_number(); }};
constexpr Type kNumberOrNull = {.words = "a number or null", .fits = is_number_or_null};
constexpr Type kSizeOrNull = {
    .words = "a number that is not negative, or null", .fits = [](const Json& value) {
      return value.is_null() || (value.is_number() && value.get<double>() >= 0.0);
    }};
constexpr Type kInterval = {.words = "two numbers or null", .fits = [](const Json& value) {
                              return value.is_null() ||
                                     (value.is_array() && value.size() == 2 &&
                                      std::all_of(value.begin(), value.end(), is_number_or_null));
                            }};
constexpr Type kKind = {.words = "mdm, arm or null", .fits = [](const Json& value) {
                          return value.is_null() || is_one_of(value, {"mdm", "arm"});
                        }};
constexpr Type kDirection = {.words = "higher or lower", .fits = [](const Json& value) {
                               return is_one_of(value, {"higher", "lower"});
                             }};
constexpr Type kBound = {
    .words = "exact, lower, chain_rule or null", .fits = [](const Json& value) {
      return value.is_null() || is_one_of(value, {"exact", "lower", "chain_rule"});
    }};
constexpr Type kSettings = {.words = "settings", .fits = [](const Json& value) {
                              return value.is_object() &&
                                     std::all_of(value.begin(), value.end(), is_setting);
                            }};
constexpr Type kArguments = {.words = "a list of texts or null", .fits = [](const Json& value) {
                               return value.is_null() || are_strings(value);
                             }};

struct Field {
  const char* pointer;
  Type type;
};

constexpr std::array kFields = {Field{.pointer = "/embedded", .type = kFlag},
                                Field{.pointer = "/model/id", .type = kText},
                                Field{.pointer = "/model/kind", .type = kKind},
                                Field{.pointer = "/model/dtype", .type = kTextOrNull},
                                Field{.pointer = "/model/rope_tables", .type = kTextOrNull},
                                Field{.pointer = "/model/parameters", .type = kCountOrNull},
                                Field{.pointer = "/model/weights_sha256", .type = kDigestOrNull},
                                Field{.pointer = "/model/config_sha256", .type = kDigestOrNull},
                                Field{.pointer = "/model/tokenizer_sha256", .type = kDigestOrNull},
                                Field{.pointer = "/model/training_flops", .type = kSizeOrNull},
                                Field{.pointer = "/task/name", .type = kName},
                                Field{.pointer = "/task/version", .type = kNumber},
                                Field{.pointer = "/task/data_sha256", .type = kDigests},
                                Field{.pointer = "/task/documents", .type = kPositive},
                                Field{.pointer = "/task/prompt_sha256", .type = kDigest},
                                Field{.pointer = "/metric/name", .type = kName},
                                Field{.pointer = "/metric/filter", .type = kText},
                                Field{.pointer = "/direction", .type = kDirection},
                                Field{.pointer = "/value", .type = kNumberOrNull},
                                Field{.pointer = "/stderr", .type = kSizeOrNull},
                                Field{.pointer = "/mc_stderr", .type = kSizeOrNull},
                                Field{.pointer = "/interval", .type = kInterval},
                                Field{.pointer = "/bound", .type = kBound},
                                Field{.pointer = "/estimator", .type = kTextOrNull},
                                Field{.pointer = "/budget", .type = kSettings},
                                Field{.pointer = "/cfg", .type = kNumberOrNull},
                                Field{.pointer = "/cfg_second", .type = kNumberOrNull},
                                Field{.pointer = "/rows", .type = kCountOrNull},
                                Field{.pointer = "/tokens", .type = kCountOrNull},
                                Field{.pointer = "/forwards", .type = kCountOrNull},
                                Field{.pointer = "/seconds", .type = kSizeOrNull},
                                Field{.pointer = "/seed", .type = kCount},
                                Field{.pointer = "/engine/version", .type = kTextOrNull},
                                Field{.pointer = "/engine/git_revision", .type = kTextOrNull},
                                Field{.pointer = "/engine/libtorch", .type = kTextOrNull},
                                Field{.pointer = "/device", .type = kTextOrNull},
                                Field{.pointer = "/processor", .type = kTextOrNull},
                                Field{.pointer = "/command_line", .type = kArguments},
                                Field{.pointer = "/date", .type = kText},
                                Field{.pointer = "/samples/path", .type = kText},
                                Field{.pointer = "/samples/sha256", .type = kDigest}};

/// Every field and the objects that fields are in.
std::set<std::string> known_pointers() {
  std::set<std::string> known;
  for (const Field& field : kFields) {
    const std::string pointer = field.pointer;
    known.insert(pointer);
    known.insert(pointer.substr(0, pointer.rfind('/')));
  }
  return known;
}

/// A field that the schema does not know would be lost on the way to the other two files.
void refuse_unknown(const Json& object, const std::string& above) {
  const auto known = known_pointers();
  for (const auto& [key, value] : object.items()) {
    std::string pointer = above;
    pointer.append("/").append(key);
    if (!known.contains(pointer))
      throw Error(ErrorKind::results, "wanted no field " + pointer + " in an entry");
    if (value.is_object() && pointer != "/budget") refuse_unknown(value, pointer);
  }
}

}  // namespace

void check_entry(const Json& entry) {
  for (const Field& field : kFields) {
    const Json::json_pointer at(field.pointer);
    if (!entry.contains(at))
      throw Error(ErrorKind::results,
                  std::string("wanted a field ") + field.pointer + " in an entry");
    if (!field.type.fits(entry.at(at))) {
      throw Error(ErrorKind::results, std::string(field.pointer) + ": wanted " + field.type.words +
                                          ", got " + entry.at(at).dump());
    }
  }
  refuse_unknown(entry, "");
}

}  // namespace smdm
