// The rules are those of the library that made the files: what a token takes away on its sides is
// taken only from text that no token before it has.
#include "models/text/added_tokens.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text/categories.hpp"
#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"
#include "models/text/character_set.hpp"

namespace smdm {
namespace {

/// Longer than any token of a text is: what is looked for at every place of it must not be long.
constexpr std::size_t kLongest = 4096;

/// What may not stand beside a token that is a word of its own.
CharacterSet word_characters() {
  CharacterSet word;
  for (const auto* name : {"L", "M", "Nd", "Nl", "Pc"})
    word.add(CharacterSet(unicode::category_ranges(name)));
  word.add(0x200C, 0x200D);  // joiners
  // Letters in circles and squares, which are alphabetic symbols.
  word.add(0x24B6, 0x24E9);
  word.add(0x1F130, 0x1F149);
  word.add(0x1F150, 0x1F169);
  word.add(0x1F170, 0x1F189);
  return word;
}

bool is_word(char32_t c) {
  static const CharacterSet word = word_characters();
  return unicode::contains(word.ranges(), c);
}

/// Where the character begins that ends at `end`. REQUIRES: end > 0, UTF-8
std::size_t character_before(std::string_view text, std::size_t end) {
  std::size_t first = end - 1;
  while (first > 0 && (static_cast<unsigned char>(text[first]) & 0xC0U) == 0x80U) --first;
  return first;
}

bool stands_alone(std::string_view text, const TokenTexts::Match& match) {
  const bool word_before =
      match.first > 0 &&
      is_word(unicode::character_at(text, character_before(text, match.first)).code);
  const bool word_behind =
      match.last < text.size() && is_word(unicode::character_at(text, match.last).code);
  return !word_before && !word_behind;
}

/// The beginning of the white space that ends at `end`, not before `least`.
std::size_t space_begin(std::string_view text, std::size_t end, std::size_t least) {
  while (end > least) {
    const std::size_t first = character_before(text, end);
    if (!unicode::is_white_space(unicode::character_at(text, first).code)) break;
    end = first;
  }
  return std::max(end, least);
}

std::size_t space_end(std::string_view text, std::size_t first) {
  while (first < text.size()) {
    const auto character = unicode::character_at(text, first);
    if (!unicode::is_white_space(character.code)) break;
    first += character.bytes;
  }
  return first;
}

AddedToken read_token(const JsonPlace& place) {
  constexpr std::array<std::string_view, 7> keys{"id",     "content",    "single_word", "lstrip",
                                                 "rstrip", "normalized", "special"};
  place.allow(keys);
  AddedToken token{.id = place.at("id").id(),
                   .content = place.at("content").text(),
                   .single_word = place.at("single_word").flag(),
                   .left_strip = place.at("lstrip").flag(),
                   .right_strip = place.at("rstrip").flag(),
                   .normalized = place.at("normalized").flag(),
                   .special = place.at("special").flag()};
  if (token.content.empty()) place.at("content").reject("a text that is not empty");
  return token;
}

[[noreturn]] void refuse(std::string_view file, const std::string& text) {
  throw Error(ErrorKind::checkpoint, std::string(file) + ": field \"added_tokens\": " + text);
}

}  // namespace

std::vector<AddedToken> read_added_tokens(const JsonPlace& list) {
  std::vector<AddedToken> tokens;
  tokens.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) tokens.push_back(read_token(list.item(i)));
  return tokens;
}

AddedTokens::AddedTokens(std::string_view file,
                         std::vector<AddedToken> tokens,
                         const Normalizer* normalizer) {
  // Where two tokens look alike once normalised, a special one is found.
  std::ranges::stable_partition(tokens, &AddedToken::special);
  std::vector<TokenTexts::Entry> raw;
  std::vector<TokenTexts::Entry> normalized;
  for (auto& token : tokens) {
    const auto known = by_content_.find(token.content);
    if (known == by_content_.end()) {
      auto& texts = token.normalized ? normalized : raw;
      texts.push_back(add(file, std::move(token), normalizer));
    } else if (known->second != token.id) {
      refuse(file, "wanted one id for \"" + token.content + "\", got two");
    }
  }
  raw_ = TokenTexts(std::move(raw));
  normalized_ = TokenTexts(std::move(normalized));
}

TokenTexts::Entry AddedTokens::add(std::string_view file,
                                   AddedToken token,
                                   const Normalizer* normalizer) {
  Stretch wanted{.text = token.content, .place = {.at_start = true}};
  if (token.normalized && normalizer != nullptr) normalizer->apply(wanted);
  if (wanted.text.empty()) {
    refuse(file, "wanted tokens of which something is left when they are normalised, got \"" +
                     token.content + "\"");
  }
  if (wanted.text.size() > kLongest) {
    refuse(file, "wanted tokens of at most " + std::to_string(kLongest) + " bytes, got one of " +
                     std::to_string(wanted.text.size()));
  }
  by_content_.emplace(token.content, token.id);
  if (token.special) special_.insert(token.content);
  const auto id = token.id;
  const auto [stored, is_new] = by_id_.emplace(id, std::move(token));
  if (!is_new) refuse(file, "wanted one token for each id, got two of id " + std::to_string(id));
  return {.text = std::move(wanted.text), .number = id};
}

std::vector<TextPart> AddedTokens::find(std::string_view text, bool normalized) const {
  std::vector<TextPart> parts;
  std::size_t done = 0;
  for (const auto& match : (normalized ? normalized_ : raw_).matches_in(text)) {
    const auto& token = by_id_.at(match.number);
    if (token.single_word && !stands_alone(text, match)) continue;
    const std::size_t first = token.left_strip
                                  ? space_begin(text, match.first, std::min(done, match.first))
                                  : match.first;
    const std::size_t last = token.right_strip ? space_end(text, match.last) : match.last;
    if (done < first) parts.push_back({.text = text.substr(done, first - done)});
    parts.push_back({.text = text.substr(first, last - first), .token = token.id});
    done = last;
  }
  if (done < text.size()) parts.push_back({.text = text.substr(done)});
  return parts;
}

const AddedToken* AddedTokens::token(std::int64_t id) const {
  const auto found = by_id_.find(id);
  return found != by_id_.end() ? &found->second : nullptr;
}

const AddedToken* AddedTokens::token(std::string_view content) const {
  const auto found = by_content_.find(content);
  return found != by_content_.end() ? token(found->second) : nullptr;
}

bool AddedTokens::is_special(std::string_view content) const {
  return special_.contains(content);
}

std::int64_t AddedTokens::size() const {
  return by_id_.empty() ? 0 : by_id_.rbegin()->first + 1;
}

}  // namespace smdm
