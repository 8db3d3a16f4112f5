/// Where a text ends, once the checkpoint and its tokenizer are known: ids, and stop texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/run/session.hpp"
#include "harness/settings/decided.hpp"

namespace smdm {

/// The config with the checkpoint's tokens that end a text, and with the rule of stop texts.
/// @throws Error(usage)       if an option needs such tokens and the checkpoint names none
/// @throws Error(checkpoint)  if there are stop texts and no tokenizer
[[nodiscard]] UnmaskingConfig with_ends(UnmaskingConfig config,
                                        const EndSettings& ends,
                                        const Session& session);
[[nodiscard]] DecodingConfig with_ends(DecodingConfig config,
                                       const EndSettings& ends,
                                       const Session& session);

/// The tokens that end a text: the checkpoint's, and of a conversation those that end a turn.
[[nodiscard]] std::vector<std::int64_t> end_ids_of(const EndSettings& ends, const Session& session);

/// The texts that end one: those that were asked for, and of a conversation those that end a turn
/// and are no special tokens of the tokenizer.
[[nodiscard]] std::vector<std::string> stop_texts_of(const EndSettings& ends,
                                                     const Session& session);

/// What the ids from `begin` on add to the text of all, the blank in front of a first word
/// included.
/// @param begin  at most as many as there are
[[nodiscard]] std::string added_text(std::span<const std::int64_t> ids,
                                     std::size_t begin,
                                     const Tokenizer& tokenizer);

/// An answer's text by itself, up to the first of the stop texts.
/// @param context  ids in front of the answer
[[nodiscard]] std::string answer_text(std::span<const std::int64_t> ids,
                                      std::size_t context,
                                      std::span<const std::string> stops,
                                      const Tokenizer& tokenizer);

/// The text in front of the first of its stop texts, all of it where there is none.
/// @param from  bytes at its beginning in which stop texts do not count
[[nodiscard]] std::string before_stop(std::string text,
                                      std::span<const std::string> stops,
                                      std::size_t from = 0);

}  // namespace smdm
