/// How a tokenizer's file cuts a text into pieces that no token crosses: its "pre_tokenizer".
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/text/json_place.hpp"
#include "models/text/pattern.hpp"
#include "models/text/text_place.hpp"

namespace smdm {

/// The pieces of a stretch of text, in order, none of them empty.
struct Pieces {
  std::vector<std::string_view> pieces;
  TextPlace place = {};           ///< of the first one
  std::deque<std::string> owned;  ///< texts that were made on the way; pieces point into them
};

class PreTokenizer {
 public:
  PreTokenizer() = default;
  PreTokenizer(const PreTokenizer&) = delete;
  PreTokenizer& operator=(const PreTokenizer&) = delete;
  virtual ~PreTokenizer() = default;

  /// Cuts each piece further.
  virtual void apply(Pieces& pieces) const = 0;
};

/// What becomes of the matches of a pattern at which text is split.
enum class SplitBehavior : std::uint8_t {
  removed,
  isolated,
  merged_with_previous,
  merged_with_next,
  contiguous,
};

/// A file's pre-tokenizer.
struct PreTokenization {
  std::unique_ptr<const PreTokenizer> steps;  ///< never null
  /// Are pieces bytes as they are, written in the vocabulary with the alphabet of bytes?
  bool bytes = false;
};

/// Known are Split, Digits, ByteLevel, Metaspace and Sequence.
/// @param bytes_allowed  false if a last ByteLevel must write its pieces in the alphabet of bytes
/// @throws Error(checkpoint)  for any other
[[nodiscard]] PreTokenization read_pre_tokenizer(const JsonPlace& place, bool bytes_allowed);

/// Pieces as they are: one for each stretch.
[[nodiscard]] PreTokenization no_pre_tokenizer();

/// GPT-2's: its own pattern, over bytes.
[[nodiscard]] PreTokenization gpt2_pre_tokenizer(bool add_prefix_space);

/// Qwen 2's and 3's: Llama-3's pattern with one digit a piece, over bytes.
[[nodiscard]] PreTokenization qwen_pre_tokenizer();

}  // namespace smdm
