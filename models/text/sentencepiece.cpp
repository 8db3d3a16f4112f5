// The SentencePiece library behind the interface of all tokenizers.
#include "models/text/sentencepiece.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include <sentencepiece_processor.h>

#include "base/error.hpp"
#include "base/files/read.hpp"

namespace smdm {
namespace {

/// The model with its dummy blank in front of texts, or without. Of two messages for one field, the
/// later one counts: appended are field 3 of ModelProto, normalizer_spec, two bytes long, in it
/// field 3 of NormalizerSpec, add_dummy_prefix.
std::unique_ptr<const sentencepiece::SentencePieceProcessor> with_dummy_blank(
    const sentencepiece::SentencePieceProcessor& processor, bool dummy) {
  const std::array<char, 4> field{0x1a, 0x02, 0x18, dummy ? char{1} : char{0}};
  auto changed = std::make_unique<sentencepiece::SentencePieceProcessor>();
  const auto status = changed->LoadFromSerializedProto(
      processor.serialized_model_proto().append(field.begin(), field.end()));
  if (!status.ok())
    throw Error(ErrorKind::checkpoint,
                "a SentencePiece model without its dummy blank: " + status.ToString());
  return changed;
}

class SentencePieceTokenizer final : public Tokenizer {
 public:
  explicit SentencePieceTokenizer(const std::filesystem::path& path) {
    const auto status = processor_.LoadFromSerializedProto(read_file(path, ErrorKind::checkpoint));
    if (!status.ok()) {
      auto reason = status.ToString();
      std::replace(reason.begin(), reason.end(), '\n', ' ');
      throw Error(ErrorKind::checkpoint,
                  path.string() + ": wanted a SentencePiece model: " + reason);
    }
    if (processor_.bos_id() < 0)
      throw Error(ErrorKind::checkpoint,
                  path.string() + ": wanted a tokenizer with a BOS piece, it has none");
  }

  [[nodiscard]] std::int64_t pieces() const override { return processor_.GetPieceSize(); }
  [[nodiscard]] std::int64_t bos_id() const override { return processor_.bos_id(); }
  [[nodiscard]] std::int64_t eos_id() const override { return processor_.eos_id(); }

  [[nodiscard]] bool adds_bos() const override { return true; }

  [[nodiscard]] std::string piece(std::int64_t id) const override {
    return is_piece(id) ? processor_.IdToPiece(static_cast<int>(id)) : std::string();
  }

  [[nodiscard]] std::optional<std::int64_t> special(std::string_view text) const override {
    const int id = processor_.PieceToId(text);  // that of the unknown piece, which is no control
    return processor_.IsControl(id) ? std::optional<std::int64_t>(id) : std::nullopt;
  }

  [[nodiscard]] std::vector<std::int64_t> tokens(std::string_view text) const override {
    const auto pieces = processor_.EncodeAsIds(text);
    return {pieces.begin(), pieces.end()};
  }

  [[nodiscard]] std::vector<std::int64_t> tokens_inside(std::string_view text) const override {
    std::call_once(inside_once_, [this] {
      bare_ = with_dummy_blank(processor_, false);
      blank_ = with_dummy_blank(processor_, true);
    });
    auto pieces = bare_->EncodeAsIds(text);
    // A model that takes blanks from the ends of texts keeps the one that it puts there itself.
    const bool lost = text.starts_with(' ') && pieces == bare_->EncodeAsIds(text.substr(1));
    if (lost) pieces = blank_->EncodeAsIds(text);
    return {pieces.begin(), pieces.end()};
  }

  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text) const override {
    std::vector<std::int64_t> ids = {bos_id()};
    const auto pieces = processor_.EncodeAsIds(text);
    ids.insert(ids.end(), pieces.begin(), pieces.end());
    return ids;
  }

  [[nodiscard]] std::string decode(std::span<const std::int64_t> ids) const override {
    std::vector<int> kept;
    kept.reserve(ids.size());
    for (const auto id : ids) {
      if (is_piece(id) && !is_special(id)) kept.push_back(static_cast<int>(id));
    }
    return processor_.DecodeIds(kept);
  }

  /// Text between special pieces is decoded stretch by stretch.
  [[nodiscard]] std::string decode_all(std::span<const std::int64_t> ids) const override {
    std::string text;
    std::vector<int> stretch;
    const auto flush = [&] {
      text += processor_.DecodeIds(stretch);
      stretch.clear();
    };
    for (const auto id : ids) {
      if (!is_piece(id)) continue;
      if (!is_special(id)) {
        stretch.push_back(static_cast<int>(id));
        continue;
      }
      flush();
      text += piece(id);
    }
    flush();
    return text;
  }

 private:
  [[nodiscard]] bool is_piece(std::int64_t id) const { return id >= 0 && id < pieces(); }

  /// REQUIRES: is_piece(id)
  [[nodiscard]] bool is_special(std::int64_t id) const {
    return processor_.IsControl(static_cast<int>(id)) || processor_.IsUnknown(static_cast<int>(id));
  }

  using Processor = sentencepiece::SentencePieceProcessor;

  Processor processor_;
  // For texts inside others, opened when the first one comes.
  mutable std::once_flag inside_once_;
  mutable std::unique_ptr<const Processor> bare_;   ///< puts no dummy blank in front
  mutable std::unique_ptr<const Processor> blank_;  ///< puts one there
};

}  // namespace

std::unique_ptr<const Tokenizer> open_sentencepiece(const std::filesystem::path& path) {
  return std::make_unique<SentencePieceTokenizer>(path);
}

}  // namespace smdm
