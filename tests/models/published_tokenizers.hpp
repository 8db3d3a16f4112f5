/// Tokenizers that the tests read: those beside the recorded answers, and published ones of the
/// shared data.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "models/text/tokenizer.hpp"

namespace smdm::test {

/// tests/golden/tokenizers/NAME.tokenizer.json
std::unique_ptr<const Tokenizer> golden_tokenizer(const std::string& name);

/// A file of the shared data's tokenizers, or nothing, which says that the test is skipped.
std::optional<std::filesystem::path> published_tokenizer(const std::string& name);

/// GPT-2's, of encoder.json and vocab.bpe; null where they are not, which skips the test.
std::unique_ptr<const Tokenizer> gpt2_tokenizer();

/// Qwen 3's, with its tokenizer_config.json; null where it is not, which skips the test.
std::unique_ptr<const Tokenizer> qwen3_tokenizer();

}  // namespace smdm::test
