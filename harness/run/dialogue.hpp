/// Conversations in ids: the prompt of a turn from what was said before, and what a turn's answer
/// says.
///
/// A turn's prompt is the whole conversation so far, rendered by the template and encoded anew,
/// with the answers as they are written to files: cut at their end and without the white space
/// around them (FastChat's rule).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/run/item.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/decided.hpp"

namespace smdm {

/// A rendered text in ids. What the template writes as a special token is that token, where the
/// tokenizer has it; so are such texts in what was said, as in every implementation that encodes
/// the rendered text. Nothing stands behind the text's tokens.
[[nodiscard]] std::vector<std::int64_t> encode_chat(const ChatTemplate& chat,
                                                    const std::string& text,
                                                    const Session& session);

/// The first turn of a conversation, with the turns that follow from its answer.
[[nodiscard]] Encoded encode_dialogue(const Dialogue& dialogue,
                                      const ChatTemplate& chat,
                                      const Session& session);

/// What was answered in the passes so far, one text for each.
/// @param passes  of an Item that encode_dialogue() has made, at most one for each turn
[[nodiscard]] std::vector<std::string> dialogue_answers(const Item& item,
                                                        std::span<const Generation> passes,
                                                        const GenerationSettings& settings,
                                                        const Session& session);

/// The turn behind those that were answered. Prompt and answer together get as many tokens as
/// --total-length says beyond what was said before the turn, or --gen-length beyond the prompt, and
/// never more than the model reads. Nothing follows where all turns are answered, where no token is
/// left for an answer, and where what was said has come to spell the mask.
[[nodiscard]] std::optional<Item> next_turn(const Item& item,
                                            std::span<const Generation> passes,
                                            const GenerationSettings& settings,
                                            const Session& session);

/// A line for people about texts that the template writes as special tokens and that are none of
/// this tokenizer's; empty where all are.
[[nodiscard]] std::string missing_tokens(const ChatTemplate& chat, const Session& session);

}  // namespace smdm
