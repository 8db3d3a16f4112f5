/// Text to ids and back. It lives with the models because a tokenizer belongs to a checkpoint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smdm {

/// A tokenizer of any kind. Const calls may come from several threads at once.
class Tokenizer {
 public:
  Tokenizer() = default;
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;
  virtual ~Tokenizer() = default;

  [[nodiscard]] virtual std::int64_t pieces() const = 0;  ///< one more than the largest id
  [[nodiscard]] virtual std::int64_t bos_id() const = 0;  ///< -1 if it has none
  [[nodiscard]] virtual std::int64_t eos_id() const = 0;  ///< -1 if it has none

  /// The text of a piece, such as "<s>"; nothing for an id that has none.
  [[nodiscard]] virtual std::string piece(std::int64_t id) const = 0;

  /// The id of the token that stands for no words and is written so, "<|eot_id|>" or "</s>";
  /// nothing where there is none. Tokenizers of tokenizer.json find such tokens in texts,
  /// SentencePiece's control pieces are never found there.
  [[nodiscard]] virtual std::optional<std::int64_t> special(std::string_view text) const = 0;

  /// Does encode() put bos_id() in front?
  [[nodiscard]] virtual bool adds_bos() const = 0;

  /// The text's ids with nothing in front or behind. Bytes that are no UTF-8 count as U+FFFD.
  [[nodiscard]] virtual std::vector<std::int64_t> tokens(std::string_view text) const = 0;

  /// The ids of a text that stands in the middle of another: without what the tokenizer puts in
  /// front of a text's first word (a dummy blank). A blank that the text itself begins with stays,
  /// where the tokenizer keeps a blank between words.
  [[nodiscard]] virtual std::vector<std::int64_t> tokens_inside(std::string_view text) const = 0;

  /// The text's ids with what the tokenizer itself puts around them: BOS in front for SentencePiece
  /// ("" gives BOS alone), what its post-processor says for tokenizer.json.
  [[nodiscard]] virtual std::vector<std::int64_t> encode(std::string_view text) const = 0;

  /// How many of the last ids of encode() stand for no text.
  [[nodiscard]] virtual std::size_t added_behind() const { return 0; }

  /// Text of ids; special tokens (BOS, EOS, unknown) and ids beyond the vocabulary (a mask) give
  /// nothing.
  [[nodiscard]] virtual std::string decode(std::span<const std::int64_t> ids) const = 0;

  /// The same with the special tokens shown.
  [[nodiscard]] virtual std::string decode_all(std::span<const std::int64_t> ids) const = 0;
};

/// Opens a tokenizer's file. By its name and content it is a SentencePiece model; tokenizer.json;
/// or vocab.json or encoder.json, with merges.txt or vocab.bpe beside it. Of tokenizer.json and
/// vocab.json, BOS and EOS are those that tokenizer_config.json or special_tokens_map.json beside
/// them name.
/// @throws Error(checkpoint)  if it is none of them, or holds what is not known
[[nodiscard]] std::unique_ptr<const Tokenizer> open_tokenizer(const std::filesystem::path& path);

/// Which file counts in a folder that has tokenizers of several kinds.
enum class TokenizerChoice : std::uint8_t {
  sentencepiece,  ///< tokenizer.model: SMDM's checkpoints
  json,           ///< tokenizer.json
};

/// The tokenizer's file in a checkpoint's folder, by the name that its kind has there:
/// tokenizer.model, tokenizer.json, vocab.json with merges.txt, encoder.json with vocab.bpe.
[[nodiscard]] std::optional<std::filesystem::path> tokenizer_file_in(
    const std::filesystem::path& folder, TokenizerChoice choice = TokenizerChoice::sentencepiece);

}  // namespace smdm
