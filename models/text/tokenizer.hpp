/// Text to ids and back. It lives with the models because a tokenizer belongs to a checkpoint.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smdm {

/// A context and its continuation as ids.
struct EncodedPair {
  std::vector<std::int64_t> context;
  std::vector<std::int64_t> continuation;
};

/// A tokenizer of any kind. Const calls may come from several threads at once.
class Tokenizer {
 public:
  Tokenizer() = default;
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;
  virtual ~Tokenizer() = default;

  [[nodiscard]] virtual std::int64_t pieces() const = 0;  ///< how many ids it can give
  [[nodiscard]] virtual std::int64_t bos_id() const = 0;
  [[nodiscard]] virtual std::int64_t eos_id() const = 0;  ///< -1 if it has none

  /// The text of a piece, such as "<s>". @param id  0..pieces() - 1
  [[nodiscard]] virtual std::string piece(std::int64_t id) const = 0;

  /// BOS, then the text's pieces; never EOS. "" gives BOS alone.
  [[nodiscard]] virtual std::vector<std::int64_t> encode(std::string_view text) const = 0;

  /// Text of ids; BOS, EOS, unknown and ids beyond the vocabulary (a mask) give nothing.
  [[nodiscard]] virtual std::string decode(std::span<const std::int64_t> ids) const = 0;

  /// Splits at the border as the reference does: trailing whitespace of the context (Unicode, as
  /// Python's rstrip) moves to the front of the continuation; the continuation's ids are those of
  /// the whole text behind as many as the context alone has. It may come out empty where tokens
  /// merge across the border.
  [[nodiscard]] EncodedPair encode_pair(std::string_view context,
                                        std::string_view continuation) const;
};

/// Opens a tokenizer's file: a SentencePiece model, the only kind that is known.
/// @throws Error(checkpoint)  if it is none, or has no BOS piece
[[nodiscard]] std::unique_ptr<const Tokenizer> open_tokenizer(const std::filesystem::path& path);

/// The tokenizer's file in a checkpoint's folder, by the name that its kind has there.
[[nodiscard]] std::optional<std::filesystem::path> tokenizer_file_in(
    const std::filesystem::path& folder);

}  // namespace smdm
