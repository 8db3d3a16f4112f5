#include "models/tokenizer.hpp"

#include <algorithm>

#include <sentencepiece_processor.h>

#include "base/error.hpp"
#include "base/text/unicode.hpp"

namespace smdm {
class Tokenizer::Processor : public sentencepiece::SentencePieceProcessor {};

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Tokenizer::Tokenizer(const std::filesystem::path& path)
    : processor_(std::make_unique<Processor>()) {
  const auto status = processor_->Load(path.string());
  if (!status.ok()) {
    auto reason = status.ToString();
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    throw Error(ErrorKind::checkpoint, path.string() + ": wanted a SentencePiece model: " + reason);
  }
  if (processor_->bos_id() < 0)
    throw Error(ErrorKind::checkpoint,
                path.string() + ": wanted a tokenizer with a BOS piece, it has none");
}

std::int64_t Tokenizer::pieces() const {
  return processor_->GetPieceSize();
}
std::int64_t Tokenizer::bos_id() const {
  return processor_->bos_id();
}
std::int64_t Tokenizer::eos_id() const {
  return processor_->eos_id();
}

std::string Tokenizer::piece(std::int64_t id) const {
  return processor_->IdToPiece(static_cast<int>(id));
}

std::vector<std::int64_t> Tokenizer::encode(std::string_view text) const {
  std::vector<std::int64_t> ids = {bos_id()};
  const auto pieces = processor_->EncodeAsIds(text);
  ids.insert(ids.end(), pieces.begin(), pieces.end());
  return ids;
}

std::string Tokenizer::decode(std::span<const std::int64_t> ids) const {
  std::vector<int> kept;
  for (const auto id : ids) {
    const bool piece = id >= 0 && id < pieces();
    if (piece && !processor_->IsControl(static_cast<int>(id)) &&
        !processor_->IsUnknown(static_cast<int>(id))) {
      kept.push_back(static_cast<int>(id));
    }
  }
  return processor_->DecodeIds(kept);
}

EncodedPair Tokenizer::encode_pair(std::string_view context, std::string_view continuation) const {
  const auto kept = unicode::without_trailing_space(context);
  const auto whole = encode(std::string(context).append(continuation));
  EncodedPair pair{.context = encode(kept), .continuation = {}};
  const auto border = std::min(pair.context.size(), whole.size());
  pair.continuation.assign(whole.begin() + static_cast<std::ptrdiff_t>(border), whole.end());
  return pair;
}

}  // namespace smdm
