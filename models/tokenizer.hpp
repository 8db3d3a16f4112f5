/// Text to ids and back, with the reference's rules. It lives with the models because a tokenizer
/// belongs to a checkpoint.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
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

/// A SentencePiece model. Const calls may come from several threads at once.
class Tokenizer {
 public:
  /// @throws Error(checkpoint)  if the file is not a SentencePiece model with a BOS piece
  explicit Tokenizer(const std::filesystem::path& path);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  [[nodiscard]] std::int64_t pieces() const;  ///< how many ids it can give
  [[nodiscard]] std::int64_t bos_id() const;
  [[nodiscard]] std::int64_t eos_id() const;  ///< -1 if the model has none

  /// The text of a piece, such as "<s>". @param id  0..pieces() - 1
  [[nodiscard]] std::string piece(std::int64_t id) const;

  /// BOS, then the text's pieces; never EOS. "" gives BOS alone.
  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text) const;

  /// Text of ids; BOS, EOS, unknown and ids beyond the vocabulary (a mask) give nothing.
  [[nodiscard]] std::string decode(std::span<const std::int64_t> ids) const;

  /// Splits at the border as the reference does: trailing whitespace of the context (Unicode, as
  /// Python's rstrip) moves to the front of the continuation; the continuation's ids are those of
  /// the whole text behind as many as the context alone has. It may come out empty where tokens
  /// merge across the border.
  [[nodiscard]] EncodedPair encode_pair(std::string_view context,
                                        std::string_view continuation) const;

 private:
  class Processor;
  std::unique_ptr<Processor> processor_;
};

}  // namespace smdm
