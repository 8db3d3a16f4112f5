// One encoder for all families: what differs between them is a rule of two fields. Every text is
// encoded as a whole; nothing is cut out of another text's ids but at a border.
#include "models/text/text_encoder.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text/unicode.hpp"

namespace smdm {
namespace {

EncodedPair cut(std::vector<std::int64_t> context, std::vector<std::int64_t> whole) {
  const auto border = static_cast<std::ptrdiff_t>(std::min(context.size(), whole.size()));
  return {.context = std::move(context), .continuation = {whole.begin() + border, whole.end()}};
}

}  // namespace

const char* to_string(BosRule rule) {
  switch (rule) {
    case BosRule::in_front:
      return "in front";
    case BosRule::tokenizer:
      return "tokenizer";
    case BosRule::none:
      return "none";
  }
  return "";
}

TextRule text_rule(const ModelConfig& config, ModelKind kind) {
  return {.bos = config.bos_in_front ? BosRule::in_front : BosRule::tokenizer,
          .needs_prefix = kind == ModelKind::arm};
}

TextEncoder::TextEncoder(const Tokenizer& tokenizer, TextRule rule)
    : tokenizer_(&tokenizer),
      rule_(rule),
      prefix_(tokenizer.bos_id() >= 0 ? tokenizer.bos_id() : tokenizer.eos_id()) {
  if (rule.bos == BosRule::in_front && tokenizer.bos_id() < 0) {
    throw Error(ErrorKind::checkpoint,
                "BOS in front of texts: wanted a tokenizer that has a BOS token, got one without "
                "(--bos off does without)");
  }
  if (prefix_ >= 0 && rule.needs_prefix && rule.bos == BosRule::tokenizer)
    prefix_text_ = tokenizer.decode_all(std::span(&prefix_, 1));
}

std::int64_t TextEncoder::prefix() const {
  if (prefix_ >= 0) return prefix_;
  throw Error(
      ErrorKind::checkpoint,
      "an autoregressive model reads BOS or EOS before an empty context: wanted a tokenizer "
      "that has one of them, got one without");
}

std::vector<std::int64_t> TextEncoder::with_front(std::string_view text) const {
  switch (rule_.bos) {
    case BosRule::in_front: {
      auto ids = tokenizer_->tokens(text);
      const auto bos = tokenizer_->bos_id();
      if (ids.empty() || ids.front() != bos) ids.insert(ids.begin(), bos);
      return ids;
    }
    case BosRule::tokenizer: {
      const bool there = !prefix_text_.empty() && text.starts_with(prefix_text_);
      return there ? tokenizer_->tokens(text) : tokenizer_->encode(text);
    }
    case BosRule::none:
      break;
  }
  return tokenizer_->tokens(text);
}

std::vector<std::int64_t> TextEncoder::prompt(std::string_view text) const {
  auto ids = with_front(text);
  if (ids.empty() && rule_.needs_prefix) ids.push_back(prefix());
  return ids;
}

EncodedPair TextEncoder::behind_prefix(std::string_view text) const {
  auto ids = tokenizer_->tokens(text);
  const bool there = rule_.bos != BosRule::none && !ids.empty() && ids.front() == prefix();
  if (!there) return {.context = {prefix()}, .continuation = std::move(ids)};
  return {.context = {prefix()}, .continuation = {ids.begin() + 1, ids.end()}};
}

EncodedPair TextEncoder::pair(std::string_view context, std::string_view continuation) const {
  const auto kept = unicode::without_trailing_space(context);
  const auto whole = std::string(context).append(continuation);
  if (kept.empty() && rule_.needs_prefix) return behind_prefix(whole);
  return cut(with_front(kept), with_front(whole));
}

EncodedText TextEncoder::document(std::string_view text) const {
  if (rule_.needs_prefix) {
    auto [ids, rest] = behind_prefix(text);
    ids.insert(ids.end(), rest.begin(), rest.end());
    return {.ids = std::move(ids), .front = 1};
  }
  auto ids = with_front(text);
  const bool bos = !ids.empty() && ids.front() == tokenizer_->bos_id();
  return {.ids = std::move(ids), .front = bos ? std::size_t{1} : std::size_t{0}};
}

std::vector<std::int64_t> TextEncoder::first_part(std::string_view text) const {
  auto ids = prompt(text);
  if (rule_.bos == BosRule::tokenizer) ids.resize(ids.size() - tokenizer_->added_behind());
  return ids;
}

std::vector<std::int64_t> TextEncoder::behind(std::string_view text) const {
  return tokenizer_->tokens_inside(text);
}

}  // namespace smdm
