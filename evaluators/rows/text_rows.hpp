/// Whole texts as rows of a model's context: document by document, or as one stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "evaluators/rows/score_source.hpp"

namespace smdm {

/// A text in ids.
struct TokenizedText {
  std::vector<std::int64_t> ids;  ///< what stands in front, then at least one token of the text
  std::size_t front = 1;          ///< ids in front that stand for no text: BOS, or none
  std::size_t bytes = 0;          ///< of the text that the others stand for
};

/// Cuts one text into pieces that fit the context. Each piece is what stands in front, which is
/// shown, and as many tokens as there is room for, which are scored; so both kinds of model score
/// every token of the text once. An autoregressive model needs something in front.
/// @param context  longest row in tokens, >= 2
/// @throws std::invalid_argument  if a limit is broken
[[nodiscard]] std::vector<TokenRequest> document_rows(const TokenizedText& text,
                                                      std::int64_t context);

/// Whether a model scores the first token of a row: masked diffusion models do, autoregressive ones
/// need something to read before.
enum class FirstToken : bool { shown, scored };

/// A row of a stream.
struct StreamRow {
  TokenRequest request;
  double bytes = 0.0;  ///< that its scored tokens stand for
};

/// Texts end to end in rows of `context` tokens, whatever their borders; the last row is what is
/// left over. Every id is scored, what stands in front of each text too, but for a row's first
/// where it is shown; a last row that has nothing to score is left out. A text's bytes are shared
/// evenly by its own tokens. SMDM's temporal shift (evaluate_fineweb.py of the published code),
/// which stops at the last whole row instead.
/// @param context  >= 2
/// @throws std::invalid_argument  if a limit is broken
[[nodiscard]] std::vector<StreamRow> stream_rows(std::span<const TokenizedText> texts,
                                                 std::int64_t context,
                                                 FirstToken first);

}  // namespace smdm
