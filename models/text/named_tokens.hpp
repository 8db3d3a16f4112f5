/// The tokens that a checkpoint's files name: in tokenizer_config.json, else
/// special_tokens_map.json.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "models/text/json_place.hpp"

namespace smdm {

struct NamedTokens {
  std::optional<std::string> bos;
  std::optional<std::string> eos;
};

/// Reads what lies beside a tokenizer's file. A name is a text or an object with "content".
/// @throws Error(checkpoint)  if a file is there and cannot be read, or a name is neither
[[nodiscard]] NamedTokens named_tokens_beside(const std::filesystem::path& tokenizer);

/// A JSON file beside a tokenizer's, or nothing. @throws Error(checkpoint)  if it cannot be read
[[nodiscard]] std::optional<Json> read_json_beside(const std::filesystem::path& tokenizer,
                                                   const std::string& name);

/// A token's text, written as a text or as an object with "content"; nothing for anything else.
template <typename AnyJson>
[[nodiscard]] std::optional<std::string> token_text(const AnyJson& token) {
  if (token.is_string()) return token.template get<std::string>();
  if (!token.is_object()) return std::nullopt;
  const auto content = token.find("content");
  if (content == token.end() || !content->is_string()) return std::nullopt;
  return content->template get<std::string>();
}

/// The text of the token that a field names; nothing where the field is absent or null.
/// @throws Error(checkpoint)  if it is no token's text
[[nodiscard]] std::optional<std::string> token_text(const JsonPlace& place, const std::string& key);

}  // namespace smdm
