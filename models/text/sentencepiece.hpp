/// Tokenizers of the SentencePiece library: files named tokenizer.model.
#pragma once

#include <filesystem>
#include <memory>

#include "models/text/tokenizer.hpp"

namespace smdm {

/// @throws Error(checkpoint)  if the file is not a SentencePiece model with a BOS piece
[[nodiscard]] std::unique_ptr<const Tokenizer> open_sentencepiece(
    const std::filesystem::path& path);

}  // namespace smdm
