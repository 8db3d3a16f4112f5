#include "models/tokenizer.hpp"

#include <algorithm>
#include <array>

#include <sentencepiece_processor.h>

#include "base/error.hpp"

namespace smdm {
namespace {

/// Characters that Python's str.isspace() calls whitespace, in UTF-8.
constexpr std::array<std::string_view, 29> kWhitespace = {
    "\t",     "\n",     "\v",     "\f",     "\r",     "\x1c",   "\x1d",   "\x1e",
    "\x1f",   " ",      "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002",
    "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
    "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

std::string_view without_trailing_whitespace(std::string_view text) {
  const auto last = [&] {
    return std::find_if(kWhitespace.begin(), kWhitespace.end(),
                        [&](auto space) { return text.ends_with(space); });
  };
  for (auto space = last(); space != kWhitespace.end(); space = last())
    text.remove_suffix(space->size());
  return text;
}

}  // namespace

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
  const auto kept = without_trailing_whitespace(context);
  const auto whole = encode(std::string(context).append(continuation));
  EncodedPair pair{.context = encode(kept), .continuation = {}};
  const auto border = std::min(pair.context.size(), whole.size());
  pair.continuation.assign(whole.begin() + static_cast<std::ptrdiff_t>(border), whole.end());
  return pair;
}

}  // namespace smdm
