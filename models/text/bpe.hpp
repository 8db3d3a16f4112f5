/// Byte-pair encoding: from a piece of text to ids.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/text/json_place.hpp"
#include "models/text/pair_table.hpp"

namespace smdm {

/// What a file says of its model.
struct BpeParts {
  std::vector<std::pair<std::string, std::int64_t>> vocabulary;  ///< tokens and their ids
  std::vector<std::pair<std::string, std::string>> merges;       ///< the first comes first
  std::optional<std::string> unknown;  ///< stands for characters that have no token
  bool fuse_unknown = false;           ///< one for a run of them
  bool byte_fallback = false;          ///< their bytes instead, where all have tokens "<0xNN>"
  bool ignore_merges = false;          ///< a piece that is a token is that token
};

/// Reads the field "model" of tokenizer.json.
/// @throws Error(checkpoint)  if it is of another type than BPE, or a field is not known
[[nodiscard]] BpeParts read_bpe(const JsonPlace& place);

/// Reads a vocabulary, an object of tokens and ids. @throws Error(checkpoint)  if it is none
[[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> read_vocabulary(
    const JsonPlace& place);

/// Finds keys by views.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};

class Bpe {
 public:
  /// @param file   for errors
  /// @param bytes  are pieces bytes, and the vocabulary written in the alphabet of bytes?
  /// @throws Error(checkpoint)  if two tokens share an id, an id is out of all proportion, a
  /// merge's
  ///                            tokens or the unknown token are not in the vocabulary
  Bpe(std::string_view file, const BpeParts& parts, bool bytes);

  /// Appends a piece's ids. What has no token and no stand-in gives none.
  /// @param piece  UTF-8 or, of a model over bytes, any bytes
  void encode(std::string_view piece, std::vector<std::int64_t>& ids) const;

  [[nodiscard]] std::optional<std::int64_t> id_of(std::string_view token) const;
  /// The token of an id as the file writes it, or nothing.
  [[nodiscard]] const std::string* token(std::int64_t id) const noexcept;
  /// One more than the largest id.
  [[nodiscard]] std::int64_t size() const noexcept {
    return static_cast<std::int64_t>(tokens_.size());
  }

 private:
  class Symbols;
  struct Token {
    std::string text;
    bool is_set = false;
  };

  void read_tokens(std::string_view file, const BpeParts& parts);
  void read_merges(std::string_view file, const BpeParts& parts);
  void read_unknown(std::string_view file, const BpeParts& parts, bool bytes);
  void list_symbols(const BpeParts& parts, bool bytes);
  void append_symbols(std::string_view piece, std::vector<std::int64_t>& ids) const;
  [[nodiscard]] std::int32_t symbol_of(std::string_view character) const;

  std::vector<Token> tokens_;
  std::unordered_map<std::string, std::int32_t, TextHash, std::equal_to<>> ids_;
  /// Tokens of a model over bytes, as bytes.
  std::unordered_map<std::string, std::int32_t, TextHash, std::equal_to<>> byte_ids_;
  std::array<std::int32_t, 256> symbols_{};   ///< ids of single bytes or ASCII characters, or -1
  std::array<std::int32_t, 256> fallback_{};  ///< ids of "<0xNN>", or -1
  PairTable merges_;
  std::optional<std::int32_t> unknown_;
  bool bytes_;
  bool fuse_unknown_;
  bool byte_fallback_;
  bool ignore_merges_;
};

}  // namespace smdm
