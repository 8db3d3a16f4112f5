// The parts of tokenizer.json put together: added tokens are cut out of a text, what lies between
// is normalised, cut into pieces, and each piece encoded; decoding goes back over the tokens'
// texts.
#include "models/text/tokenizer_json.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

class JsonTokenizer final : public Tokenizer {
 public:
  explicit JsonTokenizer(TokenizerParts parts)
      : normalizer_(std::move(parts.normalizer)),
        pre_tokenization_(std::move(parts.pre_tokenization)),
        model_(parts.file, parts.model, pre_tokenization_.bytes),
        added_(parts.file, std::move(parts.added), normalizer_.get()),
        frame_(std::move(parts.frame)),
        decoder_(std::move(parts.decoder)) {
    check_added(parts.file);
    check_frame(parts.file);
    bos_ = id_of(parts.file, "bos_token", parts.named.bos);
    eos_ = id_of(parts.file, "eos_token", parts.named.eos);
  }

  [[nodiscard]] std::int64_t pieces() const override {
    return std::max(model_.size(), added_.size());
  }
  [[nodiscard]] std::int64_t bos_id() const override { return bos_; }
  [[nodiscard]] std::int64_t eos_id() const override { return eos_; }

  [[nodiscard]] bool adds_bos() const override {
    return bos_ >= 0 && !frame_.front.empty() && frame_.front.front() == bos_;
  }

  [[nodiscard]] std::string piece(std::int64_t id) const override {
    const auto* const text = text_of(id);
    return text != nullptr ? *text : std::string();
  }

  [[nodiscard]] std::optional<std::int64_t> special(std::string_view text) const override {
    const auto* const added = added_.token(text);
    return added != nullptr ? std::optional(added->id) : std::nullopt;
  }

  [[nodiscard]] Ids tokens(std::string_view text) const override {
    Ids ids;
    append_tokens(text, false, ids);
    return ids;
  }

  [[nodiscard]] Ids tokens_inside(std::string_view text) const override {
    Ids ids;
    append_tokens(text, true, ids);
    return ids;
  }

  [[nodiscard]] std::size_t added_behind() const override { return frame_.behind.size(); }

  [[nodiscard]] Ids encode(std::string_view text) const override {
    Ids ids = frame_.front;
    append_tokens(text, false, ids);
    ids.insert(ids.end(), frame_.behind.begin(), frame_.behind.end());
    return ids;
  }

  [[nodiscard]] std::string decode(std::span<const std::int64_t> ids) const override {
    return decoded(ids, false);
  }

  [[nodiscard]] std::string decode_all(std::span<const std::int64_t> ids) const override {
    return decoded(ids, true);
  }

 private:
  /// @param inside  whether the text stands in the middle of another
  void append_tokens(std::string_view text, bool inside, Ids& ids) const {
    if (!unicode::is_valid(text)) {
      append_valid(unicode::with_replacements(text), inside, ids);
    } else {
      append_valid(text, inside, ids);
    }
  }

  void append_valid(std::string_view text, bool inside, Ids& ids) const {
    ids.reserve(ids.size() + text.size() / 3 + 2);
    for (const auto& part : added_.find(text, false)) {
      if (part.token >= 0) {
        ids.push_back(part.token);
      } else {
        const bool at_start = part.text.data() == text.data();
        append_stretch(part.text, {.at_start = at_start, .inside = inside}, ids);
      }
    }
  }

  /// A stretch between added tokens of the text as it was given.
  void append_stretch(std::string_view text, TextPlace place, Ids& ids) const {
    Stretch stretch{.text = {}, .place = place};
    std::string_view normal = text;
    if (normalizer_) {
      stretch.text = text;
      normalizer_->apply(stretch);
      normal = stretch.text;
    }
    for (const auto& part : added_.find(normal, true)) {
      if (part.token >= 0) {
        ids.push_back(part.token);
      } else {
        const bool first = stretch.place.at_start && part.text.data() == normal.data();
        append_pieces({.pieces = {part.text},
                       .place = {.at_start = first, .inside = place.inside},
                       .owned = {}},
                      ids);
      }
    }
  }

  void append_pieces(Pieces pieces, Ids& ids) const {
    pre_tokenization_.steps->apply(pieces);
    for (const auto piece : pieces.pieces) model_.encode(piece, ids);
  }

  [[nodiscard]] const std::string* text_of(std::int64_t id) const {
    const auto* const added = added_.token(id);
    return added != nullptr ? &added->content : model_.token(id);
  }

  [[nodiscard]] std::string decoded(std::span<const std::int64_t> ids, bool with_special) const {
    std::vector<std::string> texts;
    texts.reserve(ids.size());
    for (const auto id : ids) {
      const auto* const text = text_of(id);
      if (text != nullptr && (with_special || !added_.is_special(*text))) texts.push_back(*text);
    }
    if (decoder_) decoder_->apply(texts);
    std::string out;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (i > 0 && !decoder_) out += ' ';
      out += texts[i];
    }
    return out;
  }

  /// An added token may stand in the vocabulary too, with the same id.
  void check_added(const std::string& file) const {
    for (const auto& [id, token] : added_.all()) {
      const auto known = model_.id_of(token.content);
      const auto* const other = model_.token(id);
      if ((known && *known != id) || (other != nullptr && *other != token.content)) {
        throw Error(ErrorKind::checkpoint,
                    file +
                        ": field \"added_tokens\": wanted ids that agree with the vocabulary, "
                        "got " +
                        std::to_string(id) + " for \"" + token.content + "\"");
      }
    }
  }

  void check_frame(const std::string& file) const {
    for (const auto* ids : {&frame_.front, &frame_.behind}) {
      for (const auto id : *ids) {
        if (text_of(id) != nullptr) continue;
        throw Error(
            ErrorKind::checkpoint,
            file + ": field \"post_processor\": wanted ids of tokens, got " + std::to_string(id));
      }
    }
  }

  [[nodiscard]] std::int64_t id_of(const std::string& file,
                                   const std::string& role,
                                   const std::optional<std::string>& name) const {
    if (!name) return -1;
    if (const auto* const added = added_.token(*name)) return added->id;
    const auto known = model_.id_of(*name);
    if (!known) {
      throw Error(ErrorKind::checkpoint, file + ": wanted the " + role +
                                             " that a file beside it names, \"" + *name +
                                             "\", got no such token");
    }
    return *known;
  }

  std::unique_ptr<const Normalizer> normalizer_;
  PreTokenization pre_tokenization_;
  Bpe model_;
  AddedTokens added_;
  SpecialFrame frame_;
  std::unique_ptr<const Decoder> decoder_;
  std::int64_t bos_ = -1;
  std::int64_t eos_ = -1;
};

/// How large a value is: one for each value in it, and its texts' bytes.
std::size_t extent_of(const Json& value) {
  if (value.is_string()) return 1 + value.get_ref<const std::string&>().size();
  std::size_t extent = 1;
  if (value.is_structured()) {
    for (const auto& part : value) extent += extent_of(part);
  }
  return extent;
}

/// The steps that a field holds, each of which costs time for every text and memory for itself, are
/// few in any tokenizer that is meant to be used.
void want_few_steps(const JsonPlace& place) {
  constexpr std::size_t most = 100'000;
  const auto extent = extent_of(place.value());
  if (extent > most)
    place.reject("at most " + std::to_string(most) + " values and bytes", std::to_string(extent));
}

TokenizerParts read_parts(const JsonPlace& place) {
  constexpr std::array<std::string_view, 9> keys{"version",        "truncation", "padding",
                                                 "added_tokens",   "normalizer", "pre_tokenizer",
                                                 "post_processor", "decoder",    "model"};
  if (!place.value().is_object() || !place.value().contains("model"))
    place.reject("a tokenizer.json, an object with the field \"model\"");
  place.allow(keys);
  if (const auto version = place.find("version"); version && version->text() != "1.0")
    version->reject("1.0");
  place.want_null("truncation");
  place.want_null("padding");
  for (const auto* steps : {"normalizer", "pre_tokenizer", "post_processor", "decoder"}) {
    if (const auto field = place.find(steps)) want_few_steps(*field);
  }
  TokenizerParts parts;
  parts.file = place.file();
  parts.model = read_bpe(place.at("model"));
  if (const auto added = place.find("added_tokens")) parts.added = read_added_tokens(*added);
  if (const auto normalizer = place.find("normalizer"))
    parts.normalizer = read_normalizer(*normalizer);
  const auto cut = place.find("pre_tokenizer");
  parts.pre_tokenization =
      cut ? read_pre_tokenizer(*cut, !parts.model.byte_fallback) : no_pre_tokenizer();
  if (const auto processor = place.find("post_processor"))
    parts.frame = read_post_processor(*processor);
  if (const auto decoder = place.find("decoder")) parts.decoder = read_decoder(*decoder);
  return parts;
}

/// The document, which is larger than what is made of it, is gone afterwards.
TokenizerParts parts_of(const std::filesystem::path& path) {
  const auto json = read_json(path);
  const auto file = path.string();
  return read_parts(JsonPlace(file, json));
}

}  // namespace

std::unique_ptr<const Tokenizer> open_tokenizer_json(const std::filesystem::path& path) {
  auto parts = parts_of(path);
  parts.named = named_tokens_beside(path);
  return make_tokenizer(std::move(parts));
}

std::unique_ptr<const Tokenizer> make_tokenizer(TokenizerParts parts) {
  return std::make_unique<JsonTokenizer>(std::move(parts));
}

}  // namespace smdm
