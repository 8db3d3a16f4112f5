#include "models/text/named_tokens.hpp"

#include "base/files/paths.hpp"

namespace smdm {

std::optional<Json> read_json_beside(const std::filesystem::path& tokenizer,
                                     const std::string& name) {
  const auto path = folder_of(tokenizer) / name;
  if (is_absent(path)) return std::nullopt;
  return read_json(path);
}

std::optional<std::string> token_text(const JsonPlace& place, const std::string& key) {
  const auto set = place.find(key);
  if (!set) return std::nullopt;
  auto text = token_text(set->value());
  if (!text) set->reject("a token's text, or an object with \"content\"");
  return text;
}

NamedTokens named_tokens_beside(const std::filesystem::path& tokenizer) {
  NamedTokens named;
  for (const auto* name : {"tokenizer_config.json", "special_tokens_map.json"}) {
    const auto json = read_json_beside(tokenizer, name);
    if (!json) continue;
    const auto file = (folder_of(tokenizer) / name).string();
    const JsonPlace place(file, *json);
    if (!named.bos) named.bos = token_text(place, "bos_token");
    if (!named.eos) named.eos = token_text(place, "eos_token");
  }
  return named;
}

}  // namespace smdm
