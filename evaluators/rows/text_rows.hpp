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
  std::vector<std::int64_t> ids;  ///< BOS, then at least one token
  std::size_t bytes = 0;          ///< of the text that they stand for
};

/// Cuts one text into pieces that fit the context. Each piece is BOS, which is shown, and up to
/// context - 1 tokens, which are scored; so both kinds of model score every token of the text once.
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
/// left over. Every id is scored, each text's BOS too, but for a row's first where it is shown; a
/// last row that has nothing to score is left out. A text's bytes are shared evenly by its tokens
/// behind BOS.
/// SMDM's temporal shift (evaluate_fineweb.py of the published code), which stops at the last whole
/// row instead.
/// @param context  >= 2
/// @throws std::invalid_argument  if a limit is broken
[[nodiscard]] std::vector<StreamRow> stream_rows(std::span<const TokenizedText> texts,
                                                 std::int64_t context,
                                                 FirstToken first);

}  // namespace smdm
