// These files say what the vocabulary is, but not how a text is cut; that depends on the class that
// tokenizer_config.json names, so a class that is not known is refused.
#include "models/text/gpt2_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "models/text/tokenizer_json.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

constexpr const char* kEndOfText = "<|endoftext|>";

std::vector<std::pair<std::string, std::string>> read_merges(const fs::path& path) {
  const auto text = read_text_of(path);
  std::vector<std::pair<std::string, std::string>> merges;
  merges.reserve(static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1);
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with("#version") || (line.empty() && at >= text.size())) continue;
    const auto blank = line.find(' ');
    if (blank == std::string::npos || line.find(' ', blank + 1) != std::string::npos) {
      throw Error(ErrorKind::checkpoint, path.string() + ": line " + std::to_string(number) +
                                             ": wanted two tokens with a blank between them");
    }
    merges.emplace_back(line.substr(0, blank), line.substr(blank + 1));
  }
  return merges;
}

/// The added tokens that the files beside a vocabulary name. A token that several of them name is
/// the same one: the file that says most of it is read first.
class AddedReader {
 public:
  AddedReader(const fs::path& vocabulary, const BpeParts& model) : vocabulary_(vocabulary) {
    for (const auto& [token, id] : model.vocabulary) ids_.emplace(token, id);
  }

  std::vector<AddedToken> read() {
    each("tokenizer_config.json", [this](const JsonPlace& place) {
      if (const auto all = place.find("added_tokens_decoder")) read_decoder(*all);
      read_names(place);
    });
    each("added_tokens.json", [this](const JsonPlace& place) {
      for (const auto& [content, id] : place.members()) {
        ids_.emplace(content, id.id());
        added_names_.push_back(content);
      }
    });
    each("special_tokens_map.json", [this](const JsonPlace& place) { read_names(place); });
    add_special(kEndOfText);
    for (const auto& content : added_names_) add_plain(content);
    return std::move(tokens_);
  }

 private:
  template <typename Use>
  void each(const std::string& name, const Use& use) {
    const auto json = read_json_beside(vocabulary_, name);
    if (!json) return;
    const auto file = (folder_of(vocabulary_) / name).string();
    const JsonPlace place(file, *json);
    if (!json->is_object()) place.reject("an object");
    use(place);
  }

  void keep(AddedToken token) {
    known_.insert(token.content);
    tokens_.push_back(std::move(token));
  }

  /// {"50256": {"content": .., "lstrip": .., ...}}
  void read_decoder(const JsonPlace& all) {
    for (const auto& [key, place] : all.members()) {
      std::int64_t id = -1;
      const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
      if (error != std::errc() || end != key.data() + key.size() || id < 0)
        place.reject("an id as its name");
      AddedToken token{.id = id,
                       .content = place.at("content").text(),
                       .single_word = place.flag("single_word", false),
                       .left_strip = place.flag("lstrip", false),
                       .right_strip = place.flag("rstrip", false),
                       .normalized = place.flag("normalized", false),
                       .special = place.flag("special", false)};
      if (token.content.empty()) place.at("content").reject("a text that is not empty");
      ids_.emplace(token.content, id);
      keep(std::move(token));
    }
  }

  /// bos_token, eos_token and the like, and the list of the others.
  void read_names(const JsonPlace& place) {
    for (const auto* key : {"bos_token", "eos_token", "unk_token", "pad_token", "mask_token",
                            "sep_token", "cls_token"}) {
      if (const auto name = token_text(place, key)) names_.push_back(*name);
    }
    const auto others = place.find("additional_special_tokens");
    if (!others || !others->value().is_array()) return;
    for (std::size_t i = 0; i < others->size(); ++i) {
      const auto item = others->item(i);
      const auto name = token_text(item.value());
      if (!name) item.reject("a token's text, or an object with \"content\"");
      names_.push_back(*name);
    }
  }

  void add_special(const std::string& last) {
    names_.push_back(last);
    for (const auto& name : names_) add(name, true);
  }

  void add_plain(const std::string& content) { add(content, false); }

  /// Names without an id are left out: no text can become them.
  void add(const std::string& content, bool special) {
    const auto id = ids_.find(content);
    if (content.empty() || id == ids_.end() || known_.contains(content)) return;
    AddedToken token;
    token.id = id->second;
    token.content = content;
    token.special = special;
    keep(std::move(token));
  }

  fs::path vocabulary_;
  std::map<std::string, std::int64_t, std::less<>> ids_;
  std::vector<std::string> names_;
  std::vector<std::string> added_names_;
  std::set<std::string, std::less<>> known_;  ///< contents of tokens_
  std::vector<AddedToken> tokens_;
};

/// How texts are cut, by the tokenizer's class.
void choose_class(const fs::path& vocabulary, TokenizerParts& parts) {
  const auto json = read_json_beside(vocabulary, "tokenizer_config.json");
  if (!json) {
    parts.pre_tokenization = gpt2_pre_tokenizer(false);
    return;
  }
  const auto file = (folder_of(vocabulary) / "tokenizer_config.json").string();
  const JsonPlace place(file, *json);
  const auto given = place.find("tokenizer_class");
  const auto name = given ? given->text() : std::string("GPT2Tokenizer");
  constexpr std::array<std::string_view, 2> gpt2{"GPT2Tokenizer", "GPT2TokenizerFast"};
  constexpr std::array<std::string_view, 4> qwen{"Qwen2Tokenizer", "Qwen2TokenizerFast",
                                                 "DreamTokenizer", "DreamTokenizerFast"};
  if (std::ranges::find(gpt2, name) != gpt2.end()) {
    parts.pre_tokenization = gpt2_pre_tokenizer(place.flag("add_prefix_space", false));
  } else if (std::ranges::find(qwen, name) != qwen.end()) {
    parts.pre_tokenization = qwen_pre_tokenizer();
    parts.normalizer = make_nfc();
  } else {
    place.at("tokenizer_class")
        .reject("GPT2Tokenizer, Qwen2Tokenizer or DreamTokenizer beside vocab.json");
  }
}

}  // namespace

std::unique_ptr<const Tokenizer> open_gpt2_files(const fs::path& vocabulary) {
  const auto file = vocabulary.string();
  const bool older = vocabulary.filename() == "encoder.json";
  const auto json = read_json(vocabulary);
  TokenizerParts parts;
  parts.file = file;
  parts.model.vocabulary = read_vocabulary(JsonPlace(file, json));
  parts.model.merges = read_merges(folder_of(vocabulary) / (older ? "vocab.bpe" : "merges.txt"));
  choose_class(vocabulary, parts);
  parts.added = AddedReader(vocabulary, parts.model).read();
  parts.decoder = make_byte_level_decoder();
  parts.named = named_tokens_beside(vocabulary);
  const bool has_end = std::ranges::any_of(
      parts.added, [](const AddedToken& token) { return token.content == kEndOfText; });
  if (!parts.named.eos && has_end) parts.named.eos = kEndOfText;
  return make_tokenizer(std::move(parts));
}

}  // namespace smdm
