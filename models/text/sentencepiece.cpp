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

  [[nodiscard]] std::string piece(std::int64_t id) const override {
    return processor_.IdToPiece(static_cast<int>(id));
  }

  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text) const override {
    std::vector<std::int64_t> ids = {bos_id()};
    const auto pieces = processor_.EncodeAsIds(text);
    ids.insert(ids.end(), pieces.begin(), pieces.end());
    return ids;
  }

  [[nodiscard]] std::string decode(std::span<const std::int64_t> ids) const override {
    std::vector<int> kept;
    for (const auto id : ids) {
      const bool piece = id >= 0 && id < pieces();
      if (piece && !processor_.IsControl(static_cast<int>(id)) &&
          !processor_.IsUnknown(static_cast<int>(id))) {
        kept.push_back(static_cast<int>(id));
      }
    }
    return processor_.DecodeIds(kept);
  }

 private:
  sentencepiece::SentencePieceProcessor processor_;
};

}  // namespace

std::unique_ptr<const Tokenizer> open_sentencepiece(const std::filesystem::path& path) {
  return std::make_unique<SentencePieceTokenizer>(path);
}

}  // namespace smdm
