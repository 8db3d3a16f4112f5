// Small tokenizer.json files made here: what they mean where no recorded file shows it, and that
// each kind of bad file is refused with its name, the field, and what was wanted.
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/text/json_text.hpp"
#include "models/text/tokenizer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

/// A small file that is good: characters a, b, c and the blank, with two merges.
Json good() {
  return parse_json(R"({"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
    "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": {"type": "Fuse"},
    "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
      "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
      "vocab": {"a": 0, "b": 1, "c": 2, " ": 3, "ab": 4, "abc": 5},
      "merges": ["a b", ["ab", "c"]]}})");
}

Json added(std::int64_t id, const std::string& content) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", true}};
}

std::unique_ptr<const Tokenizer> opened(const test::TemporaryFolder& folder, const Json& json) {
  test::write_file(folder.path() / "tokenizer.json", json_text(json));
  return open_tokenizer(folder.path() / "tokenizer.json");
}

Ids ids_of(const Json& json, const std::string& text) {
  const test::TemporaryFolder folder;
  return opened(folder, json)->encode(text);
}

/// The refusal of a file, without its name.
std::string refusal(const Json& json) {
  const test::TemporaryFolder folder;
  const auto name = (folder.path() / "tokenizer.json").string();
  const auto text = test::error_text<ErrorKind::checkpoint>([&] { return opened(folder, json); });
  CHECK(text.find(name + ": ") == 0);
  CHECK(text.find('\n') == std::string::npos);
  return text.substr(std::min(text.size(), name.size() + 2));
}

/// The refusal of the good file with one field changed. @param at  a JSON pointer
std::string refusal(const std::string& at, const std::string& value) {
  auto json = good();
  json[Json::json_pointer(at)] = parse_json(value);
  return refusal(json);
}

}  // namespace

TEST_CASE("merges, unknown characters and gaps in the ids of added tokens") {
  CHECK(ids_of(good(), "abcab c") == Ids{5, 4, 3, 2});
  CHECK(ids_of(good(), "axb") == Ids{4});  // nothing stands for what has no token
  auto json = good();
  json["model"]["unk_token"] = "c";
  CHECK(ids_of(json, "axxb") == Ids{0, 2, 2, 1});
  json["model"]["fuse_unk"] = true;
  CHECK(ids_of(json, "axxb") == Ids{0, 2, 1});
  json["added_tokens"] = {added(9, "<x>"), added(7, "<y>")};
  CHECK(ids_of(json, "ab<x>b<y>") == Ids{4, 9, 1, 7});
  json = good();
  json["model"]["vocab"]["aba"] = 6;
  CHECK(ids_of(json, "aba") == Ids{4, 0});
  json["model"]["ignore_merges"] = true;
  CHECK(ids_of(json, "aba") == Ids{6});
}

TEST_CASE("malformed UTF-8 counts as U+FFFD, one for each run that begins a character") {
  auto json = good();
  json["model"]["vocab"]["\xEF\xBF\xBD"] = 6;
  CHECK(ids_of(json,
               "a\xE2\x82"
               "b\xFF\xC0\x80"
               "c") == Ids{0, 6, 1, 6, 6, 6, 2});
}

TEST_CASE("BOS and EOS are those that the files beside a tokenizer name") {
  const test::TemporaryFolder folder;
  auto json = good();
  json["added_tokens"] = {added(6, "<s>"), added(7, "</s>")};
  json["post_processor"] = parse_json(
      R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
          {"Sequence": {"id": "A", "type_id": 0}}], "pair": [],
          "special_tokens": {"<s>": {"id": "<s>", "ids": [6], "tokens": ["<s>"]}}})");
  CHECK(opened(folder, json)->bos_id() == -1);
  test::write_file(folder.path() / "special_tokens_map.json",
                   R"({"bos_token": {"content": "<s>"}, "eos_token": "b"})");
  CHECK(opened(folder, json)->eos_id() == 1);
  test::write_file(folder.path() / "tokenizer_config.json",
                   R"({"bos_token": null, "eos_token": "</s>"})");
  const auto tokenizer = opened(folder, json);
  CHECK(tokenizer->bos_id() == 6);
  CHECK(tokenizer->eos_id() == 7);
  CHECK(tokenizer->adds_bos());
  CHECK(tokenizer->encode("ab") == Ids{6, 4});
  CHECK(tokenizer->decode(Ids{6, 4, 99, -1, 7}) == "ab");
  CHECK(tokenizer->decode_all(Ids{6, 4, 99, -1, 7}) == "<s>ab</s>");
  test::write_file(folder.path() / "tokenizer_config.json", R"({"eos_token": "nowhere"})");
  CHECK(test::contains(
      test::error_text<ErrorKind::checkpoint>([&] { return opened(folder, json); }),
      "wanted the eos_token that a file beside it names, \"nowhere\", got no such token"));
  for (const std::string name : {"5", "{\"text\": \"b\"}", "{\"content\": 5}"}) {
    test::write_file(folder.path() / "tokenizer_config.json", "{\"eos_token\": " + name + "}");
    CHECK(test::contains(
        test::error_text<ErrorKind::checkpoint>([&] { return opened(folder, json); }),
        "field \"eos_token\": wanted a token's text, or an object with \"content\", got"));
  }
}

TEST_CASE("of several tokenizers in a folder one counts") {
  const test::TemporaryFolder folder;
  const auto& path = folder.path();
  CHECK(tokenizer_file_in(path) == std::nullopt);
  test::write_file(path / "encoder.json", "{}");
  CHECK(tokenizer_file_in(path) == std::nullopt);
  test::write_file(path / "vocab.bpe", "");
  CHECK(tokenizer_file_in(path) == path / "encoder.json");
  test::write_file(path / "tokenizer.json", "{}");
  CHECK(tokenizer_file_in(path) == path / "tokenizer.json");
  test::write_file(path / "tokenizer.model", "");
  CHECK(tokenizer_file_in(path) == path / "tokenizer.model");
  CHECK(tokenizer_file_in(path, TokenizerChoice::json) == path / "tokenizer.json");
}

TEST_CASE("what a tokenizer.json holds that is not known is refused by its field") {
  CHECK(refusal("/model/type", R"("Unigram")") ==
        "field \"model.type\": wanted BPE, got \"Unigram\"");
  CHECK(refusal("/padding", R"({"strategy": "BatchLongest"})") ==
        "field \"padding\": wanted null, got {\"strategy\":\"BatchLongest\"}");
  CHECK(test::contains(refusal("/truncation", R"({"max_length": 512})"),
                       "field \"truncation\": wanted null"));
  CHECK(test::contains(refusal("/extra", "1"), "field \"extra\": wanted no such field"));
  CHECK(test::contains(refusal("/model/extra", "1"), "field \"model.extra\""));
  CHECK(test::contains(refusal("/version", R"("2.0")"), "field \"version\": wanted 1.0"));
  CHECK(test::contains(refusal("/model/dropout", "0.1"), "field \"model.dropout\": wanted null"));
  CHECK(test::contains(refusal("/model/end_of_word_suffix", R"("</w>")"), "end_of_word_suffix"));
  CHECK(test::contains(refusal("/normalizer", R"({"type": "NFKC"})"),
                       "field \"normalizer.type\": wanted NFC, Replace,"));
  CHECK(test::contains(
      refusal("/normalizer", R"({"type": "Sequence", "normalizers": [{"type": "NFC"}, 3]})"),
      "field \"normalizer.normalizers[1]\": wanted an object, got 3"));
  CHECK(
      refusal(
          "/pre_tokenizer",
          R"({"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "BertPreTokenizer"}]})") ==
      "field \"pre_tokenizer.pretokenizers[1].type\": wanted Split, Digits, ByteLevel, Metaspace "
      "or Sequence, got \"BertPreTokenizer\"");
  CHECK(test::contains(refusal("/pre_tokenizer", R"({"type": "Split", "pattern": {"String": "a"},
                               "behavior": "Sideways", "invert": false})"),
                       "field \"pre_tokenizer.behavior\": wanted Removed,"));
  CHECK(test::contains(refusal("/pre_tokenizer", R"({"type": "ByteLevel", "speed": 2})"),
                       "field \"pre_tokenizer.speed\""));
  CHECK(test::contains(refusal("/post_processor", R"({"type": "BertProcessing"})"),
                       "field \"post_processor.type\""));
  CHECK(test::contains(refusal("/decoder", R"({"type": "WordPiece"})"), "field \"decoder.type\""));
  CHECK(test::contains(refusal("/model/vocab", "[]"), "field \"model.vocab\": wanted an object"));
  CHECK(test::contains(refusal("/model/vocab/a", "\"x\""),
                       "field \"model.vocab.a\": wanted a whole"));
  CHECK(test::contains(refusal("/model/vocab/a", "-1"), "field \"model.vocab.a\": wanted a whole"));
  CHECK(test::contains(refusal("/model/fuse_unk", "3"),
                       "field \"model.fuse_unk\": wanted true or false"));
}

TEST_CASE("files that contradict themselves are refused") {
  CHECK(test::contains(refusal("/model/vocab/b", "0"), "got \"a\" and \"b\" of id 0"));
  CHECK(test::contains(refusal("/model/vocab/b", "4000000000"), "got 4000000000"));
  CHECK(test::contains(refusal("/model/merges", R"(["a z"])"), "\"z\" is not in it"));
  CHECK(test::contains(refusal("/model/merges", R"(["b a"])"), "\"ba\" is not in it"));
  CHECK(test::contains(refusal("/model/merges", R"(["a b c"])"), "field \"model.merges[0]\""));
  CHECK(test::contains(refusal("/model/merges", R"([["", "a"]])"), "\"\" is not in it"));
  CHECK(test::contains(refusal("/model/unk_token", R"("<unk>")"), "field \"model.unk_token\""));
  auto json = good();
  json["added_tokens"] = {added(3, "<x>")};
  CHECK(test::contains(refusal(json), "wanted ids that agree with the vocabulary, got 3"));
  json["added_tokens"] = {added(9, "a")};
  CHECK(test::contains(refusal(json), "wanted ids that agree with the vocabulary, got 9"));
  json["added_tokens"] = {added(9, "<x>"), added(9, "<y>")};
  CHECK(test::contains(refusal(json), "got two of id 9"));
  json["added_tokens"] = {added(9, "<x>"), added(10, "<x>")};
  CHECK(test::contains(refusal(json), "wanted one id for \"<x>\""));
  json["added_tokens"] = {added(9, "")};
  CHECK(test::contains(refusal(json), "field \"added_tokens[0].content\""));
}

TEST_CASE("files that are no tokenizer are refused in one line") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "tokenizer.json";
  const auto text_for = [&](const std::string& content) {
    test::write_file(path, content);
    return test::error_text<ErrorKind::checkpoint>([&] { return open_tokenizer(path); });
  };
  CHECK(test::contains(text_for("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
                       "got a Git LFS pointer"));
  CHECK(test::contains(text_for("{\"model\": "), "wanted a tokenizer's JSON, got malformed JSON"));
  CHECK(test::contains(text_for(std::string(100'000, '[')), "1000 brackets within each other"));
  CHECK(test::contains(text_for("[]"), "an object with the field \"model\""));
  CHECK(test::contains(text_for(""), "wanted a tokenizer's JSON"));
  std::string nested = R"({"type": "NFC"})";
  for (int i = 0; i < 400; ++i) nested = R"({"type": "Sequence", "normalizers": [)" + nested + "]}";
  auto json = good();
  json["normalizer"] = parse_json(nested);
  CHECK(ids_of(json, "ab") == Ids{4});
}

TEST_CASE("a pattern that would take for ever ends with its name") {
  auto json = good();
  json["pre_tokenizer"] = parse_json(
      R"({"type": "Split", "pattern": {"Regex": "(?:a+)+b$|c"}, "behavior": "Isolated", "invert": false})");
  CHECK(test::contains(refusal(json), "field \"pre_tokenizer.pattern.Regex\""));
  json["pre_tokenizer"]["pattern"]["Regex"] = "(?:a|aa)+[^a]|b";
  const test::TemporaryFolder folder;
  const auto tokenizer = opened(folder, json);
  CHECK(test::contains(test::error_text<ErrorKind::checkpoint>(
                           [&] { return tokenizer->encode(std::string(60, 'a')); }),
                       "(?:a|aa)+[^a]|b"));
}

TEST_CASE("a long piece takes time in proportion, and equals its parts") {
  const auto json = good();
  const test::TemporaryFolder folder;
  const auto tokenizer = opened(folder, json);
  std::string text;
  for (int i = 0; i < 400'000; ++i) text += "abcab";
  const auto ids = tokenizer->encode(text);
  CHECK(ids.size() == 800'000);
  CHECK(ids[0] == 5);
  CHECK(ids[799'999] == 4);
}

TEST_CASE("a tokenizer serves several threads at once") {
  const auto tokenizer =
      open_tokenizer(test::golden() / "tokenizers" / "llama_style.tokenizer.json");
  const std::string text = "The zephyr's <|mask|> 12345 words\n\n  caf\u00e9 <tool>x 'S";
  const auto wanted = tokenizer->encode(text);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 200; ++turn) {
        const auto ids = tokenizer->encode(text);
        if (ids != wanted || tokenizer->decode(ids).empty()) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("beside vocab.json the tokenizer's class decides how a text is cut") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "vocab.json";
  test::write_file(path, R"({"'": 0, "S": 1, "a": 2, "'S": 3, "<|endoftext|>": 4, "aa": 5})");
  test::write_file(folder.path() / "merges.txt", "#version: 0.2\n' S\na a\n");
  CHECK(open_tokenizer(path)->encode("aa'S<|endoftext|>") == Ids{5, 0, 1, 4});
  test::write_file(folder.path() / "tokenizer_config.json",
                   R"({"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|endoftext|>",
                       "added_tokens_decoder": {"6": {"content": "<x>", "special": true}}})");
  CHECK(open_tokenizer(path)->encode("aa'S<x>") == Ids{5, 3, 6});
  CHECK(open_tokenizer(path)->eos_id() == 4);
  const auto refused = [&] {
    return test::error_text<ErrorKind::checkpoint>([&] { return open_tokenizer(path); });
  };
  test::write_file(folder.path() / "tokenizer_config.json",
                   R"({"tokenizer_class": "RobertaTokenizer"})");
  CHECK(test::contains(refused(), "field \"tokenizer_class\": wanted GPT2Tokenizer"));
  test::write_file(folder.path() / "tokenizer_config.json", "{}");
  test::write_file(folder.path() / "merges.txt", "a a\nSa\n");
  CHECK(test::contains(refused(), "merges.txt: line 2: wanted two tokens"));
  std::filesystem::remove(folder.path() / "merges.txt");
  CHECK(test::contains(refused(), "merges.txt"));
}

}  // namespace smdm
