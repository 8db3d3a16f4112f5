// Parts become ids one by one, so that no token crosses a border between them.
#include "harness/run/canvas.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "evaluators/generation/unmask.hpp"
#include "evaluators/rows/checks.hpp"
#include "harness/run/generation_ends.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

std::int64_t mask_of(const ModelInfo& info, const std::string& name) {
  if (const auto* diffusion = std::get_if<MaskedDiffusion>(&info.objective))
    return diffusion->mask_id;
  throw Error(ErrorKind::request,
              name + ": parts: wanted a masked diffusion model, got an autoregressive one");
}

/// The ids of a part that is shown; of a gap none.
Ids shown_ids(const PromptPart& part, bool first, const Session& session) {
  if (const auto* ids = std::get_if<Ids>(&part)) return *ids;
  const auto* text = std::get_if<std::string>(&part);
  if (text == nullptr) return {};
  return first ? session.text().first_part(*text) : session.text().behind(*text);
}

std::int64_t tokens_of(const PromptPart& part, const Ids& shown) {
  const auto* gap = std::get_if<Gap>(&part);
  return gap == nullptr ? std::ssize(shown) : gap->tokens;
}

}  // namespace

Encoded encode_parts(std::span<const PromptPart> parts,
                     const Session& session,
                     const std::string& name) {
  const auto& info = session.model->info();
  const auto mask_id = mask_of(info, name);
  constexpr std::int64_t kMost = 9'000'000'000'000'000;
  std::vector<Ids> shown;
  shown.reserve(parts.size());
  std::int64_t total = 0;
  for (const auto& part : parts) {
    shown.push_back(shown_ids(part, shown.empty(), session));
    total = std::min(total, kMost) + std::min(tokens_of(part, shown.back()), kMost);
  }
  if (total > info.max_tokens) {
    throw Error(ErrorKind::request, name + ": parts: wanted at most " +
                                        std::to_string(info.max_tokens) + " tokens together, got " +
                                        std::to_string(total));
  }
  Encoded encoded;
  encoded.canvas = true;
  auto& canvas = encoded.prompt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    check_prompt(info, shown[i], info.max_tokens, name + ": part " + std::to_string(i));
    canvas.insert(canvas.end(), shown[i].begin(), shown[i].end());
    if (const auto* gap = std::get_if<Gap>(&parts[i]))
      canvas.resize(canvas.size() + static_cast<std::size_t>(gap->tokens), mask_id);
  }
  return encoded;
}

FilledText filled_text(std::span<const std::int64_t> canvas,
                       std::span<const std::int64_t> output,
                       std::span<const std::string> stops,
                       const Session& session) {
  const auto& tokenizer = session.text().tokenizer();
  const auto shown =
      shown_parts(canvas, std::get<MaskedDiffusion>(session.model->info().objective).mask_id);
  FilledText filled{.text = tokenizer.decode(output), .middles = {}};
  std::size_t begin = 0;  // of a stretch of masks
  for (const auto& part : shown) {
    if (begin < part.begin)
      filled.middles.push_back(added_text(output.first(part.begin), begin, tokenizer));
    begin = part.end;
  }
  if (begin == canvas.size()) return filled;
  const auto whole = added_text(output, begin, tokenizer);
  filled.middles.push_back(before_stop(whole, stops));
  filled.text.resize(filled.text.size() - (whole.size() - filled.middles.back().size()));
  return filled;
}

}  // namespace smdm
