// The rules by which a checkpoint's mask and shift are found.
#include "models/mask_and_shift.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "models/text/special_tokens.hpp"

namespace smdm {
namespace {

constexpr const char* kA2dMask = "<|mask|>";

[[noreturn]] void refuse(const SpecialTokenFiles& files, const std::string& what) {
  throw Error(ErrorKind::checkpoint, files.config.string() + ": " + what);
}

/// The one family whose mask has a row of its own behind the vocabulary.
bool has_own_mask(const ModelConfig& config) {
  return config.family == "smdm";
}

/// Everything that says which id is the mask, the user first.
std::vector<SaidId> sources_of_mask(const MaskAndShift& asked,
                                    const SpecialTokenFiles& files,
                                    const ModelConfig& config) {
  std::vector<SaidId> sources;
  const auto append = [&](std::vector<SaidId> more) {
    std::ranges::move(more, std::back_inserter(sources));
  };
  if (asked.mask_id) sources.push_back({.id = *asked.mask_id, .by = "--mask-id"});
  if (has_own_mask(config)) {
    sources.push_back({.id = config.mask(), .by = "the family, smdm"});
    return sources;
  }
  if (config.mask_id) sources.push_back({.id = *config.mask_id, .by = files.config.string()});
  append(said_mask_tokens(files.tokenizer));
  if (config.shift_is_open) append(said_added_tokens(files.tokenizer, kA2dMask));
  return sources;
}

void settle_mask(const MaskAndShift& asked, const SpecialTokenFiles& files, ModelConfig& config) {
  const auto sources = sources_of_mask(asked, files, config);
  if (sources.empty()) {
    refuse(files,
           "wanted the mask's id, and neither mask_token_id of the configuration nor the "
           "tokenizer's mask_token says it: give --mask-id");
  }
  const auto& first = sources.front();
  for (const auto& other : sources) {
    if (other.id == first.id) continue;
    refuse(files, "the mask's id is " + std::to_string(first.id) + " by " + first.by + " and " +
                      std::to_string(other.id) + " by " + other.by);
  }
  if (has_own_mask(config)) return;
  if (first.id < 0 || first.id >= config.padded_vocab_size) {
    refuse(files, "the mask's id by " + first.by + ": wanted 0 to " +
                      std::to_string(config.padded_vocab_size - 1) + ", got " +
                      std::to_string(first.id));
  }
  config.mask_id = first.id;
}

void settle_shift(std::optional<bool> asked, const SpecialTokenFiles& files, ModelConfig& config) {
  if (!asked) return;
  if (!config.shift_is_open) {
    refuse(files,
           "--shift: wanted a family that leaves it open, which A2D alone does; the logits "
           "of " +
               config.family + (config.shifted_logits ? " are shifted" : " are not shifted"));
  }
  config.shifted_logits = *asked;
}

}  // namespace

void settle_special_tokens(const MaskAndShift& asked,
                           const SpecialTokenFiles& files,
                           ModelKind kind,
                           ModelConfig& config) {
  if (kind == ModelKind::arm) {
    if (asked.mask_id) refuse(files, "--mask-id: an autoregressive model has no mask");
    if (asked.shift)
      refuse(files, "--shift: the logits of an autoregressive model are always of the next token");
  } else {
    settle_mask(asked, files, config);
    settle_shift(asked.shift, files, config);
  }
  if (has_own_mask(config)) return;
  if (auto ends = said_ends(files.weights)) config.eos_ids = std::move(*ends);
}

}  // namespace smdm
