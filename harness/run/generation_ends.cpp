// What the checkpoint knows of ends, put into the configs of evaluators, which see no text.
#include "harness/run/generation_ends.hpp"

#include <algorithm>
#include <optional>
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
  if (ends.stop.empty()) return {};
  return [&tokenizer = session.text().tokenizer(),
          stops = ends.stop](std::span<const std::int64_t> answer) -> std::optional<std::size_t> {
    if (find_stop(tokenizer.decode(answer), stops) == std::string::npos) return std::nullopt;
    std::size_t kept = 1;
    while (find_stop(tokenizer.decode(answer.first(kept)), stops) == std::string::npos &&
           kept < answer.size()) {
      ++kept;
    }
    return kept;
  };
}

std::vector<std::int64_t> checked_end_ids(const EndSettings& ends, const Session& session) {
  auto ids = session.end_ids();
  if (ids.empty() && !ends.needed_by.empty())
    refuse(ends.needed_by, "a checkpoint that names a token that ends a text", "none");
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

std::string before_stop(std::string text, std::span<const std::string> stops, std::size_t from) {
  const auto end = find_stop(text, stops, from);
  if (end != std::string::npos) text.resize(end);
  return text;
}

}  // namespace smdm
