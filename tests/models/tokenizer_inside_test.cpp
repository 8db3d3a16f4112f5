// Texts in the middle of others: nothing is put in front of their first word, and the blank that
// they begin with stays.
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "models/text/text_encoder.hpp"
#include "models/text/tokenizer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using Ids = std::vector<std::int64_t>;

const fs::path kSentences =
    fs::path(SMDM_SOURCE_DIR) / "embedded" / "micro-base-mdm" / "tokenizer.model";

/// The embedded SentencePiece model with its two flags of blanks set.
std::unique_ptr<const Tokenizer> sentences(const fs::path& folder, bool dummy, bool strips) {
  // normalizer_spec (3) with add_dummy_prefix (3) and remove_extra_whitespaces (4).
  const std::string field = {
      0x1a, 4, 0x18, static_cast<char>(dummy ? 1 : 0), 0x20, static_cast<char>(strips ? 1 : 0)};
  const auto path = folder / "tokenizer.model";
  test::write_file(path, test::read_file(kSentences) + field);
  return open_tokenizer(path);
}

/// A tokenizer.json of letters, words with and without a blank, and one added token.
std::unique_ptr<const Tokenizer> letters(const fs::path& folder,
                                         const Json& normalizer,
                                         const Json& pre_tokenizer) {
  Json json = Json::parse(R"({"version": "1.0", "truncation": null, "padding": null,
    "added_tokens": [{"id": 20, "content": "<m>", "single_word": false, "lstrip": false,
                      "rstrip": false, "normalized": false, "special": true}],
    "post_processor": null, "decoder": {"type": "Fuse"},
    "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
      "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
      "vocab": {"a": 0, "b": 1, " ": 2, "▁": 3, "Ġ": 4, "ab": 5, "▁a": 6, "▁ab": 7, "Ġa": 8,
                "Ġab": 9},
      "merges": ["a b", "▁ a", "▁a b", "▁ ab", "Ġ a", "Ġa b", "Ġ ab"]}})");
  json["normalizer"] = normalizer;
  json["pre_tokenizer"] = pre_tokenizer;
  test::write_file(folder / "tokenizer.json", json.dump());
  return open_tokenizer(folder / "tokenizer.json");
}

Json metaspace(const std::string& scheme) {
  return {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", scheme}, {"split", true}};
}

Json byte_level(bool prefix) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", prefix},
          {"trim_offsets", true},
          {"use_regex", true}};
}

/// What Llama 2's tokenizer.json has: blanks are replaced, and one is put in front.
Json prepending() {
  return Json::parse(R"({"type": "Sequence", "normalizers": [
      {"type": "Prepend", "prepend": "▁"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]})");
}

Ids joined(Ids first, const Ids& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Checks that the ids of a text's beginning and of its rest are those of the whole, cut in front
/// of each blank. @return how often
int check_cuts(const Tokenizer& tokenizer, const std::string& text) {
  int cuts = 0;
  for (auto at = text.find(' ', 1); at != std::string::npos; at = text.find(' ', at + 1)) {
    INFO(text << ", cut at " << at);
    CHECK(joined(tokenizer.tokens(text.substr(0, at)), tokenizer.tokens_inside(text.substr(at))) ==
          tokenizer.tokens(text));
    ++cuts;
  }
  return cuts;
}

}  // namespace

TEST_CASE("SentencePiece: a text inside another has no dummy blank, and keeps its own") {
  const test::TemporaryFolder folder;
  for (const bool dummy : {true, false}) {
    for (const bool strips : {true, false}) {
      INFO("dummy " << dummy << ", strips " << strips);
      const auto tokenizer = sentences(folder.path(), dummy, strips);
      const auto with_blank = sentences(folder.path(), true, true)->tokens("is");
      const auto without = sentences(folder.path(), false, true)->tokens("is");
      REQUIRE(with_blank != without);
      CHECK(tokenizer->tokens_inside("is") == without);
      CHECK(tokenizer->tokens_inside(" is") == with_blank);
      const bool kept = tokenizer->tokens_inside("  is") != with_blank;
      CHECK(kept == !strips);  // as between words
      CHECK(tokenizer->tokens_inside("").empty());
      CHECK(tokenizer->tokens_inside(" ").empty() == strips);
      // Other calls know nothing of it.
      CHECK(tokenizer->tokens("is") == (dummy ? with_blank : without));
    }
  }
}

TEST_CASE("SentencePiece: a text's parts, cut in front of blanks, have the ids of the whole") {
  const auto tokenizer = open_tokenizer(kSentences);
  int cuts = 0;
  for (const std::string text :
       {"The garden of the mayor is north of the river.", "Who lives in Orbel? It is a baker.",
        "a b  c", "Nobody knows, said the king: \"no\"."}) {
    cuts += check_cuts(*tokenizer, text);
  }
  CHECK(cuts > 20);
}

TEST_CASE("tokenizer.json: what is put in front of texts is not put in front of one inside") {
  const test::TemporaryFolder folder;
  struct Kind {
    const char* name;
    Json normalizer;
    Json pre_tokenizer;
    Ids first;   ///< of "ab" that begins a text
    Ids inside;  ///< of "ab" that does not
    Ids blank;   ///< of " ab" that does not
  };
  const std::vector<Kind> kinds = {
      {"plain", nullptr, nullptr, {5}, {5}, {2, 5}},
      {"Prepend", prepending(), nullptr, {7}, {5}, {7}},
      {"Metaspace always", nullptr, metaspace("always"), {7}, {5}, {7}},
      {"Metaspace first", nullptr, metaspace("first"), {7}, {5}, {7}},
      {"Metaspace never", nullptr, metaspace("never"), {5}, {5}, {7}},
      {"ByteLevel with a blank", nullptr, byte_level(true), {9}, {5}, {9}},
      {"ByteLevel without", nullptr, byte_level(false), {5}, {5}, {9}}};
  for (const auto& kind : kinds) {
    INFO(kind.name);
    const auto tokenizer = letters(folder.path(), kind.normalizer, kind.pre_tokenizer);
    CHECK(tokenizer->tokens("ab") == kind.first);
    CHECK(tokenizer->tokens_inside("ab") == kind.inside);
    CHECK(tokenizer->tokens_inside(" ab") == kind.blank);
    CHECK(tokenizer->tokens_inside("").empty());
    // Behind an added token all is as in any text.
    CHECK(tokenizer->tokens_inside("<m>ab") == tokenizer->tokens("<m>ab"));
    auto mixed = tokenizer->tokens("<m>ab");
    mixed.insert(mixed.begin(), kind.inside.begin(), kind.inside.end());
    CHECK(tokenizer->tokens_inside("ab<m>ab") == mixed);
    CHECK(check_cuts(*tokenizer, "ab a b ab") == 3);
  }
}

TEST_CASE("tokenizer.json: a blank that is cut away counts as one between words") {
  const test::TemporaryFolder folder;
  const Json split = {{"type", "Split"},
                      {"pattern", {{"String", " "}}},
                      {"behavior", "Removed"},
                      {"invert", false}};
  const auto tokenizer =
      letters(folder.path(), nullptr,
              {{"type", "Sequence"}, {"pretokenizers", {split, metaspace("always")}}});
  CHECK(tokenizer->tokens("ab ab") == Ids{7, 7});
  CHECK(tokenizer->tokens_inside("ab ab") == Ids{5, 7});
  CHECK(tokenizer->tokens_inside(" ab") == Ids{7});
  const auto stripped = letters(folder.path(), Json::parse(R"({"type": "Sequence", "normalizers": [
      {"type": "Strip", "strip_left": true, "strip_right": false},
      {"type": "Prepend", "prepend": "▁"}]})"),
                                nullptr);
  CHECK(stripped->tokens_inside(" ab") == Ids{7});
  CHECK(stripped->tokens_inside("ab") == Ids{5});
}

TEST_CASE("vocab.json: the blank of add_prefix_space is not put inside") {
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "vocab.json", R"({"a": 0, "b": 1, "Ġ": 2, "Ġa": 3})");
  test::write_file(folder.path() / "merges.txt", "Ġ a\n");
  test::write_file(folder.path() / "tokenizer_config.json",
                   R"({"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": true})");
  const auto tokenizer = open_tokenizer(folder.path() / "vocab.json");
  CHECK(tokenizer->tokens("ab") == Ids{3, 1});
  CHECK(tokenizer->tokens_inside("ab") == Ids{0, 1});
  CHECK(tokenizer->tokens_inside(" ab") == Ids{3, 1});
}

TEST_CASE("parts of a prompt: the first as a prompt, without what stands behind texts") {
  const test::TemporaryFolder folder;
  const auto sentence_piece = open_tokenizer(kSentences);
  const TextEncoder encoder(*sentence_piece, {.bos = BosRule::in_front});
  CHECK(encoder.first_part("The king") == encoder.prompt("The king"));
  CHECK(encoder.first_part("") == Ids{sentence_piece->bos_id()});
  CHECK(encoder.behind(" is") == sentence_piece->tokens("is"));
  CHECK(encoder.behind("is") != sentence_piece->tokens("is"));

  auto json = Json::parse(test::read_file(fs::path(SMDM_SOURCE_DIR) / "tests" / "golden" /
                                          "tokenizers" / "llama_style.tokenizer.json"));
  json["post_processor"] = Json::parse(R"({"type": "TemplateProcessing", "single": [
      {"SpecialToken": {"id": "<x>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
      {"SpecialToken": {"id": "<y>", "type_id": 0}}], "pair": [],
      "special_tokens": {"<x>": {"id": "<x>", "ids": [5], "tokens": ["<x>"]},
                         "<y>": {"id": "<y>", "ids": [6], "tokens": ["<y>"]}}})");
  test::write_file(folder.path() / "tokenizer.json", json.dump());
  const auto framed = open_tokenizer(folder.path() / "tokenizer.json");
  const TextEncoder by_tokenizer(*framed, {.bos = BosRule::tokenizer});
  CHECK(by_tokenizer.prompt("a") == joined(joined({5}, framed->tokens("a")), {6}));
  CHECK(by_tokenizer.first_part("a") == joined({5}, framed->tokens("a")));
  const TextEncoder without(*framed, {.bos = BosRule::none});
  CHECK(without.first_part("a") == framed->tokens("a"));
}

}  // namespace smdm
