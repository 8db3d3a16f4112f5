/// Tokenizers in two files, as GPT-2's was published: a vocabulary and a list of merges.
#pragma once

#include <filesystem>
#include <memory>

#include "models/text/tokenizer.hpp"

namespace smdm {

/// Opens vocab.json or encoder.json with merges.txt or vocab.bpe beside it. It is GPT-2's
/// byte-level tokenizer, with nothing in front; tokenizer_config.json may say that it is Qwen 2's
/// instead. Its added tokens are those that added_tokens.json, tokenizer_config.json and
/// special_tokens_map.json beside it name, and "<|endoftext|>".
/// @throws Error(checkpoint)  if a file cannot be read or is malformed, or the tokenizer's class is
///                            another one
[[nodiscard]] std::unique_ptr<const Tokenizer> open_gpt2_files(
    const std::filesystem::path& vocabulary);

}  // namespace smdm
