// Tokenizer files of the transformers library, of which only the lists of added tokens are read.
#include "models/text/special_tokens.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "models/formats/config_fields.hpp"
#include "models/text/named_tokens.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::json;  // finds a key without looking at each

constexpr const char* kTokenizerConfig = "tokenizer_config.json";
constexpr const char* kTokenizer = "tokenizer.json";
constexpr const char* kAddedTokens = "added_tokens.json";
constexpr std::int64_t kHighestId = 2'147'483'647;  // 2^31 - 1

/// A file of JSON, an object; null where there is none. The parser does not call itself for
/// brackets within each other, and drops what is not wanted as it reads: a vocabulary may have
/// hundreds of thousands of lines.
/// @param wanted  the members to keep; none: all
Json object_in(const fs::path& path, std::span<const std::string_view> wanted) {
  if (is_absent(path)) return nullptr;
  const auto text = read_text_of(path);
  const auto keep = [&](int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth != 1 || event != Json::parse_event_t::key || wanted.empty()) return true;
    return std::ranges::find(wanted, parsed.get_ref<const std::string&>()) != wanted.end();
  };
  Json json;
  try {
    json = Json::parse(text, keep);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::checkpoint, path.string() + ": not valid JSON: " + error.what());
  }
  if (!json.is_object())
    throw Error(ErrorKind::checkpoint, path.string() + ": wanted a JSON object");
  return json;
}

Json tokenizer_config_in(const fs::path& folder) {
  constexpr std::string_view kWanted[] = {"mask_token", "added_tokens_decoder"};
  return object_in(folder / kTokenizerConfig, kWanted);
}

[[noreturn]] void reject(const fs::path& path,
                         const std::string& field,
                         const std::string& wanted) {
  throw Error(ErrorKind::checkpoint, path.string() + ": field \"" + field + "\": wanted " + wanted);
}

/// A member of an object; null where it is absent.
const Json& member(const Json& object, const char* name) {
  static const Json kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

std::int64_t checked_id(const fs::path& path, const std::string& field, const Json& value) {
  const bool whole = value.is_number_integer();
  if (!whole || value < 0 || value > kHighestId) reject(path, field, "ids of tokens");
  return value.get<std::int64_t>();
}

/// "302", as the keys of added_tokens_decoder are.
std::int64_t id_of_key(const fs::path& path, const std::string& key) {
  constexpr std::size_t kMostDigits = 9;
  const bool digits =
      !key.empty() && key.size() <= kMostDigits && key.find_first_not_of("0123456789") == key.npos;
  if (!digits) reject(path, "added_tokens_decoder", "ids of tokens");
  return std::stoll(key);
}

/// Collects the ids of one token, each with the file that says it.
class Search {
 public:
  Search(fs::path folder, std::string text, std::string what)
      : folder_(std::move(folder)), text_(std::move(text)), what_(std::move(what)) {}

  void in_tokenizer_config(const Json& config) {
    const auto path = folder_ / kTokenizerConfig;
    const auto& tokens = member(config, "added_tokens_decoder");
    if (tokens.is_null()) return;
    if (!tokens.is_object()) reject(path, "added_tokens_decoder", "an object");
    for (const auto& [key, token] : tokens.items()) {
      if (token_text(token) == text_) add(id_of_key(path, key), path);
    }
  }

  void in_tokenizer() {
    const auto path = folder_ / kTokenizer;
    constexpr std::string_view kWanted[] = {"added_tokens"};
    const auto file = object_in(path, kWanted);
    if (file.is_null()) return;
    const auto& tokens = member(file, "added_tokens");
    if (tokens.is_null()) return;
    if (!tokens.is_array()) reject(path, "added_tokens", "a list");
    for (const auto& token : tokens) {
      if (token_text(token) == text_ && token.is_object())
        add(checked_id(path, "added_tokens", member(token, "id")), path);
    }
  }

  void in_added_tokens() {
    const auto path = folder_ / kAddedTokens;
    const auto file = object_in(path, {});
    if (file.is_null()) return;
    const auto found = file.find(text_);
    if (found != file.end()) add(checked_id(path, text_, *found), path);
  }

  [[nodiscard]] std::vector<SaidId> found() && { return std::move(found_); }

 private:
  void add(std::int64_t id, const fs::path& path) {
    found_.push_back({.id = id, .by = path.string() + ": " + what_ + " " + Json(text_).dump()});
  }

  fs::path folder_;
  std::string text_;
  std::string what_;
  std::vector<SaidId> found_;
};

std::vector<SaidId> ids_of(const fs::path& folder,
                           const Json& tokenizer_config,
                           const std::string& text,
                           const std::string& what) {
  Search search(folder, text, what);
  if (!tokenizer_config.is_null()) search.in_tokenizer_config(tokenizer_config);
  search.in_tokenizer();
  search.in_added_tokens();
  return std::move(search).found();
}

}  // namespace

std::vector<SaidId> said_mask_tokens(const fs::path& folder) {
  const auto path = folder / kTokenizerConfig;
  const auto config = tokenizer_config_in(folder);
  if (config.is_null()) return {};
  const auto& token = member(config, "mask_token");
  if (token.is_null()) return {};
  const auto text = token_text(token);
  if (!text) reject(path, "mask_token", "a token's text");
  return ids_of(folder, config, *text, "mask_token");
}

std::vector<SaidId> said_added_tokens(const fs::path& folder, std::string_view text) {
  return ids_of(folder, tokenizer_config_in(folder), std::string(text), "added token");
}

std::optional<std::vector<std::int64_t>> said_ends(const fs::path& folder) {
  constexpr const char* kEnds = "eos_token_id";
  const auto path = folder / "generation_config.json";
  if (!read_file_if_there(path, ErrorKind::checkpoint)) return std::nullopt;
  const ConfigFields fields(path);
  if (!fields.has(kEnds)) return std::nullopt;
  return fields.ids(kEnds);
}

}  // namespace smdm
