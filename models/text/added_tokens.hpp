/// Tokens that are found in a text as they stand, before it is cut: "<|endoftext|>" and its like.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/text/json_place.hpp"
#include "models/text/normalizers.hpp"
#include "models/text/token_texts.hpp"

namespace smdm {

struct AddedToken {
  std::int64_t id = 0;
  std::string content;
  bool single_word = false;  ///< only where no letter, mark or digit stands beside it
  bool left_strip = false;   ///< takes the white space in front of it
  bool right_strip = false;  ///< takes the white space behind it
  bool normalized = false;   ///< looked for in the normalised text
  bool special = false;      ///< left out of decoded text
};

/// Reads the list "added_tokens" of tokenizer.json. @throws Error(checkpoint)  if it is malformed
[[nodiscard]] std::vector<AddedToken> read_added_tokens(const JsonPlace& list);

/// A part of a text: an added token, or text between them.
struct TextPart {
  std::string_view text;
  std::int64_t token = -1;  ///< -1 for text
};

/// The added tokens of a tokenizer.
class AddedTokens {
 public:
  /// @param normalizer  changes what tokens that are normalised are looked for as; may be null
  /// @throws Error(checkpoint)  if two of one id differ, one is empty, or one is longer than a
  /// text's words ever are
  AddedTokens(std::string_view file, std::vector<AddedToken> tokens, const Normalizer* normalizer);

  /// Cuts a text at the tokens that are looked for in it before (`normalized` false) or after it
  /// was normalised. The longest token at the leftmost place wins.
  [[nodiscard]] std::vector<TextPart> find(std::string_view text, bool normalized) const;

  /// The token of an id, or nothing.
  [[nodiscard]] const AddedToken* token(std::int64_t id) const;
  [[nodiscard]] const AddedToken* token(std::string_view content) const;
  /// Is a text that of a special token?
  [[nodiscard]] bool is_special(std::string_view content) const;
  /// One more than the largest id, 0 without tokens.
  [[nodiscard]] std::int64_t size() const;
  [[nodiscard]] const std::map<std::int64_t, AddedToken>& all() const noexcept { return by_id_; }

 private:
  /// Keeps a token. @return the text that is looked for
  TokenTexts::Entry add(std::string_view file, AddedToken token, const Normalizer* normalizer);

  std::map<std::int64_t, AddedToken> by_id_;
  std::map<std::string, std::int64_t, std::less<>> by_content_;
  std::set<std::string, std::less<>> special_;
  TokenTexts raw_;         ///< contents of tokens that are looked for in the text as it is
  TokenTexts normalized_;  ///< of the others, normalised
};

}  // namespace smdm
