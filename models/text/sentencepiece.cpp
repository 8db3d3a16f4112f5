// The SentencePiece library behind the interface of all tokenizers.
#include "models/text/sentencepiece.hpp"

#include <algorithm>

#include <sentencepiece_processor.h>

#include "base/error.hpp"
#include "base/files/read.hpp"

namespace smdm {
namespace {

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

  [[nodiscard]] std::vector<std::int64_t> tokens(std::string_view text) const override {
    const auto pieces = processor_.EncodeAsIds(text);
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

  sentencepiece::SentencePieceProcessor processor_;
};

}  // namespace

std::unique_ptr<const Tokenizer> open_sentencepiece(const std::filesystem::path& path) {
  return std::make_unique<SentencePieceTokenizer>(path);
}

}  // namespace smdm
