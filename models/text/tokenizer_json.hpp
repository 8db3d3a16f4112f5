/// Tokenizers of files named tokenizer.json, with byte-pair encoding.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/text/added_tokens.hpp"
#include "models/text/bpe.hpp"
#include "models/text/decoders.hpp"
#include "models/text/named_tokens.hpp"
#include "models/text/normalizers.hpp"
#include "models/text/post_processor.hpp"
#include "models/text/pre_tokenizers.hpp"
#include "models/text/tokenizer.hpp"

namespace smdm {

/// What a tokenizer is made of.
struct TokenizerParts {
  std::string file;  ///< for errors
  std::vector<AddedToken> added;
  std::unique_ptr<const Normalizer> normalizer;  ///< null for none
  PreTokenization pre_tokenization;
  BpeParts model;
  SpecialFrame frame;
  std::unique_ptr<const Decoder> decoder;  ///< null: tokens with blanks between them
  NamedTokens named;
};

/// @throws Error(checkpoint)  if the file is none, or has a field or a value that is not known; the
///                            error names it
[[nodiscard]] std::unique_ptr<const Tokenizer> open_tokenizer_json(
    const std::filesystem::path& path);

/// @throws Error(checkpoint)  if the parts contradict each other
[[nodiscard]] std::unique_ptr<const Tokenizer> make_tokenizer(TokenizerParts parts);

}  // namespace smdm
