// What the checkpoint knows of ends, put into the configs of evaluators, which see no text.
#include "harness/run/generation_ends.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

/// Where the first of the stop texts begins.
std::size_t find_stop(const std::string& text,
                      std::span<const std::string> stops,
                      std::size_t from = 0) {
  auto first = std::string::npos;
  for (const auto& stop : stops) first = std::min(first, text.find(stop, from));
  return first;
}

/// Ids do not end where texts do, so that the shortest beginning is looked for whose text holds a
/// stop text.
StopRule stop_rule(const EndSettings& ends, const Session& session) {
  auto texts = stop_texts_of(ends, session);
  if (texts.empty()) return {};
  return [&tokenizer = session.text().tokenizer(), stops = std::move(texts)](
             std::span<const std::int64_t> ids, std::size_t context) -> std::optional<std::size_t> {
    const auto stops_within = [&](std::size_t kept) {
      const auto text = added_text(ids.first(context + kept), context, tokenizer);
      return find_stop(text, stops) != std::string::npos;
    };
    const auto all = ids.size() - context;
    if (!stops_within(all)) return std::nullopt;
    std::size_t kept = 1;
    while (kept < all && !stops_within(kept)) ++kept;
    return kept;
  };
}

std::vector<std::int64_t> checked_end_ids(const EndSettings& ends, const Session& session) {
  auto ids = end_ids_of(ends, session);
  if (ends.needed_by.empty()) return ids;
  if (ids.empty())
    refuse(ends.needed_by, "a checkpoint that names a token that ends a text", "none");
  const auto vocabulary = session.model->info().vocab_tokens;
  for (const auto id : ids) {
    if (id >= vocabulary)
      refuse(ends.needed_by,
             "tokens that end a text among the " + std::to_string(vocabulary) + " of the model",
             std::to_string(id));
  }
  return ids;
}

/// LLaDA's token that ends a turn, where the tokenizer has it.
std::optional<std::int64_t> end_of_turn(const Session& session) {
  if (session.tokenizer == nullptr) return std::nullopt;
  for (std::int64_t id = 0; id < session.tokenizer->pieces(); ++id) {
    if (session.tokenizer->piece(id) == "<|eot_id|>") return id;
  }
  return std::nullopt;
}

/// As the published code is written, chance makes it forget the token that ends a text.
std::vector<std::int64_t> unranked_ids(const UnmaskingConfig& config,
                                       const EndSettings& ends,
                                       const Session& session) {
  std::vector<std::int64_t> ids;
  if (!ends.unranks_eos) return ids;
  const bool forgets_eos = ends.as_published && config.temperature > 0.0;
  if (!forgets_eos) ids = config.ending.eos_ids;
  const auto turn = end_of_turn(session);
  if (turn && std::ranges::find(ids, *turn) == ids.end()) ids.push_back(*turn);
  return ids;
}

}  // namespace

std::vector<std::int64_t> end_ids_of(const EndSettings& ends, const Session& session) {
  auto ids = session.end_ids();
  if (session.tokenizer == nullptr) return ids;
  for (const auto& turn : ends.turn) {
    const auto id = session.tokenizer->special(turn);
    if (!id || *id >= session.model->info().vocab_tokens) continue;
    if (std::ranges::find(ids, *id) == ids.end()) ids.push_back(*id);
  }
  return ids;
}

std::vector<std::string> stop_texts_of(const EndSettings& ends, const Session& session) {
  auto texts = ends.stop;
  for (const auto& turn : ends.turn) {
    const bool is_token = session.tokenizer != nullptr && session.tokenizer->special(turn);
    if (!is_token && std::ranges::find(texts, turn) == texts.end()) texts.push_back(turn);
  }
  return texts;
}

UnmaskingConfig with_ends(UnmaskingConfig config, const EndSettings& ends, const Session& session) {
  config.ending.eos_ids = checked_end_ids(ends, session);
  config.ending.stop = stop_rule(ends, session);
  if (ends.bars_eos) config.special.barred = config.ending.eos_ids;
  config.special.unranked = unranked_ids(config, ends, session);
  return config;
}

DecodingConfig with_ends(DecodingConfig config, const EndSettings& ends, const Session& session) {
  config.eos_ids = checked_end_ids(ends, session);
  config.stop = stop_rule(ends, session);
  return config;
}

std::string added_text(std::span<const std::int64_t> ids,
                       std::size_t begin,
                       const Tokenizer& tokenizer) {
  const auto text = tokenizer.decode(ids);
  const auto before = tokenizer.decode(ids.first(begin));
  // Bytes of one character on both sides of the border are no text before the other half is there.
  if (!text.starts_with(before)) return tokenizer.decode(ids.subspan(begin));
  return text.substr(before.size());
}

std::string answer_text(std::span<const std::int64_t> ids,
                        std::size_t context,
                        std::span<const std::string> stops,
                        const Tokenizer& tokenizer) {
  auto text = tokenizer.decode(ids.subspan(context));
  if (stops.empty()) return text;
  // Alone, a text may lack the blank that a stop text begins with, so that what is cut is counted
  // from the end.
  const auto whole = added_text(ids, context, tokenizer);
  const auto cut = whole.size() - before_stop(whole, stops).size();
  text.resize(text.size() - std::min(cut, text.size()));
  return text;
}

std::string before_stop(std::string text, std::span<const std::string> stops, std::size_t from) {
  const auto end = find_stop(text, stops, from);
  if (end != std::string::npos) text.resize(end);
  return text;
}

}  // namespace smdm
