// A piece becomes one id for each of its characters (or bytes), which are then merged.
#include "models/text/bpe.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "models/text/byte_alphabet.hpp"
#include "models/text/merging.hpp"

namespace smdm {
namespace {

/// Beyond any vocabulary that exists; a table of ids is made, so they must not be just any number.
constexpr std::int64_t kMostIds = 16'777'216;

[[noreturn]] void refuse(std::string_view file, const std::string& text) {
  throw Error(ErrorKind::checkpoint, std::string(file) + ": " + text);
}

/// "<0x0A>", the token of a byte.
std::string fallback_token(std::uint8_t byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string token = "<0x";
  token += digits[byte >> 4U];
  token += digits[byte & 0xFU];
  return token + ">";
}

}  // namespace

/// The ids of a piece's characters, with an unknown one held back until it is known how many
/// characters it stands for.
class Bpe::Symbols {
 public:
  Symbols(const Bpe& model, std::vector<std::int64_t>& ids) : model_(model), ids_(ids) {}

  void add(std::string_view character) {
    const std::int32_t id = model_.symbol_of(character);
    if (id >= 0) {
      flush();
      ids_.push_back(id);
    } else if (!fall_back(character)) {
      add_unknown();
    }
  }

  void flush() {
    if (pending_) ids_.push_back(model_.unknown_.value_or(-1));
    pending_ = false;
  }

 private:
  /// An unknown character that is held back comes behind these bytes, as it does in the library
  /// that made such files.
  bool fall_back(std::string_view character) {
    if (!model_.byte_fallback_) return false;
    const auto token_of = [&](char byte) {
      return model_.fallback_.at(static_cast<std::uint8_t>(byte));
    };
    if (std::ranges::any_of(character, [&](char byte) { return token_of(byte) < 0; })) return false;
    for (const char byte : character) ids_.push_back(token_of(byte));
    return true;
  }

  void add_unknown() {
    if (!model_.unknown_) return;
    if (pending_ && !model_.fuse_unknown_) flush();
    pending_ = true;
  }

  const Bpe& model_;
  std::vector<std::int64_t>& ids_;
  bool pending_ = false;
};

Bpe::Bpe(std::string_view file, const BpeParts& parts, bool bytes)
    : merges_(parts.merges.size()),
      bytes_(bytes),
      fuse_unknown_(parts.fuse_unknown),
      byte_fallback_(parts.byte_fallback),
      ignore_merges_(parts.ignore_merges) {
  read_tokens(file, parts);
  read_merges(file, parts);
  list_symbols(parts, bytes);
  read_unknown(file, parts, bytes);
}

void Bpe::read_tokens(std::string_view file, const BpeParts& parts) {
  std::int64_t largest = -1;
  for (const auto& [token, id] : parts.vocabulary) {
    if (id < 0 || id >= kMostIds) {
      refuse(file, "wanted ids from 0 to " + std::to_string(kMostIds - 1) + ", got " +
                       std::to_string(id) + " of the token \"" + token + "\"");
    }
    largest = std::max(largest, id);
  }
  tokens_.resize(static_cast<std::size_t>(largest + 1));
  ids_.reserve(parts.vocabulary.size());
  for (const auto& [text, id] : parts.vocabulary) {
    auto& token = tokens_[static_cast<std::size_t>(id)];
    if (token.is_set) {
      refuse(file, "wanted one token for each id, got \"" + token.text + "\" and \"" + text +
                       "\" of id " + std::to_string(id));
    }
    token = {.text = text, .is_set = true};
    ids_.emplace(text, static_cast<std::int32_t>(id));
  }
}

void Bpe::read_merges(std::string_view file, const BpeParts& parts) {
  std::uint32_t rank = 0;
  for (const auto& [left, right] : parts.merges) {
    const auto require = [&, &left = left, &right = right](const std::string& token) {
      const auto found = ids_.find(token);
      if (token.empty() || found == ids_.end()) {
        std::string text = "wanted merges of tokens in the vocabulary, got \"";
        text.append(left).append("\" and \"").append(right).append("\" (merge ");
        text.append(std::to_string(rank)).append("): \"").append(token).append("\" is not in it");
        refuse(file, text);
      }
      return found->second;
    };
    const auto left_id = require(left);
    const auto right_id = require(right);
    merges_.set(left_id, right_id, {.rank = rank, .result = require(left + right)});
    ++rank;
  }
}

void Bpe::list_symbols(const BpeParts& parts, bool bytes) {
  symbols_.fill(-1);
  fallback_.fill(-1);
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(i);
    const auto symbol =
        bytes ? std::string(letter_of_byte(byte)) : std::string(1, static_cast<char>(byte));
    if (const auto found = ids_.find(symbol); found != ids_.end()) symbols_.at(i) = found->second;
    if (const auto found = ids_.find(fallback_token(byte)); found != ids_.end())
      fallback_.at(i) = found->second;
  }
  if (!bytes || !parts.ignore_merges) return;
  byte_ids_.reserve(ids_.size());
  for (const auto& [token, id] : ids_) {
    if (auto text = from_byte_alphabet(token)) byte_ids_.emplace(std::move(text).value(), id);
  }
}

void Bpe::read_unknown(std::string_view file, const BpeParts& parts, bool bytes) {
  if (!parts.unknown) return;
  const auto& name = parts.unknown.value();
  const auto found = ids_.find(name);
  if (found != ids_.end()) {
    unknown_ = found->second;
    return;
  }
  // It stands for nothing where every byte has a token of its own.
  const bool needed = !bytes || std::ranges::find(symbols_, -1) != symbols_.end();
  if (needed) {
    refuse(file,
           "field \"model.unk_token\": wanted a token in the vocabulary, got \"" + name + "\"");
  }
}

std::int32_t Bpe::symbol_of(std::string_view character) const {
  if (character.size() == 1) return symbols_[static_cast<std::uint8_t>(character.front())];
  const auto found = ids_.find(character);
  return found != ids_.end() ? found->second : -1;
}

void Bpe::append_symbols(std::string_view piece, std::vector<std::int64_t>& ids) const {
  Symbols symbols(*this, ids);
  for (std::size_t at = 0; at < piece.size();) {
    const std::size_t length = bytes_ ? 1 : unicode::character_at(piece, at).bytes;
    symbols.add(piece.substr(at, length));
    at += length;
  }
  symbols.flush();
}

void Bpe::encode(std::string_view piece, std::vector<std::int64_t>& ids) const {
  if (ignore_merges_) {
    const auto& known = bytes_ ? byte_ids_ : ids_;
    if (const auto found = known.find(piece); found != known.end()) {
      ids.push_back(found->second);
      return;
    }
  }
  const std::size_t first = ids.size();
  append_symbols(piece, ids);
  merge_all(merges_, ids, first);
}

std::optional<std::int64_t> Bpe::id_of(std::string_view token) const {
  const auto found = ids_.find(token);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

const std::string* Bpe::token(std::int64_t id) const noexcept {
  if (id < 0 || id >= size()) return nullptr;
  const auto& token = tokens_[static_cast<std::size_t>(id)];
  return token.is_set ? &token.text : nullptr;
}

}  // namespace smdm
