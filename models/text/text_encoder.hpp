/// Texts as ids of a model: what stands in front of them, and where a context ends and its
/// continuation begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/config.hpp"
#include "models/text/tokenizer.hpp"

namespace smdm {

/// What stands in front of a text's tokens.
enum class BosRule : std::uint8_t {
  in_front,   ///< BOS, unless the text itself begins with it
  tokenizer,  ///< what the tokenizer's own call puts there
  none,
};

/// "in front", "tokenizer", "none".
[[nodiscard]] const char* to_string(BosRule rule);

/// How a model reads texts.
struct TextRule {
  BosRule bos = BosRule::tokenizer;

  /// Whether something must stand before the first token, as an autoregressive model needs it: an
  /// empty text becomes the prefix token, which is BOS or, where the tokenizer has none, EOS. Under
  /// BosRule::tokenizer a text that begins with the prefix token's text then gets nothing in front.
  bool needs_prefix = false;
};

/// Which rule a model has where nobody asks for another: BOS in front for SMDM's and Dream's
/// models, the tokenizer's own call for all others.
[[nodiscard]] TextRule text_rule(const ModelConfig& config, ModelKind kind);

/// A context and its continuation as ids.
struct EncodedPair {
  std::vector<std::int64_t> context;
  std::vector<std::int64_t> continuation;
};

/// A text of a corpus in ids.
struct EncodedText {
  std::vector<std::int64_t> ids;
  std::size_t front = 0;  ///< how many ids at the beginning stand for no text
};

/// Encodes by one rule. What needs a prefix token throws Error(checkpoint) where there is none.
///
/// With `needs_prefix`, BosRule::tokenizer is what lm-evaluation-harness 0.4.13 does with causal
/// models (TemplateLM._encode_pair, HFLM.tok_encode), BosRule::none what 0.4.4 does. Without it,
/// the encode functions of the published evaluations of LLaDA (tokenizer) and Dream (in_front).
class TextEncoder {
 public:
  /// @param tokenizer  outlives the encoder
  /// @throws Error(checkpoint)  if the rule wants BOS in front and the tokenizer has none
  TextEncoder(const Tokenizer& tokenizer, TextRule rule);

  /// A prompt.
  [[nodiscard]] std::vector<std::int64_t> prompt(std::string_view text) const;

  /// Trailing white space of the context (Unicode, as Python's rstrip) moves to the front of the
  /// continuation; the continuation's ids are those of the whole text behind as many as the context
  /// alone has. It may come out empty where tokens merge across the border. A context without text
  /// is as empty as the rule leaves it; where the rule needs a prefix and the continuation begins
  /// with that token (BosRule::none apart), the token is the context.
  [[nodiscard]] EncodedPair pair(std::string_view context, std::string_view continuation) const;

  /// A text all of which is to be scored.
  [[nodiscard]] EncodedText document(std::string_view text) const;

  /// The first of a prompt's parts: as a prompt, but without what stands behind the text's tokens.
  [[nodiscard]] std::vector<std::int64_t> first_part(std::string_view text) const;

  /// What stands behind a continuation or another part of a prompt: the text's tokens, by itself,
  /// with nothing around them and no dummy blank in front.
  [[nodiscard]] std::vector<std::int64_t> behind(std::string_view text) const;

  [[nodiscard]] const Tokenizer& tokenizer() const noexcept { return *tokenizer_; }

 private:
  /// @throws Error(checkpoint)  if the tokenizer has neither BOS nor EOS
  [[nodiscard]] std::int64_t prefix() const;
  [[nodiscard]] std::vector<std::int64_t> with_front(std::string_view text) const;
  [[nodiscard]] EncodedPair behind_prefix(std::string_view text) const;

  const Tokenizer* tokenizer_;
  TextRule rule_;
  std::int64_t prefix_;      ///< -1 where there is none
  std::string prefix_text_;  ///< empty where it is not looked for
};

}  // namespace smdm
