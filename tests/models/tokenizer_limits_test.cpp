// Tokenizers' files that are out of all proportion end with their field, and soon: a file of 100
// megabytes must neither hang the program nor fill the memory. What is merely large is read.
#include <filesystem>
#include <string>

#include "base/text/json_text.hpp"
#include "models/text/token_texts.hpp"
#include "models/text/tokenizer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

/// A file that is good: the characters a, b and the blank.
Json good() {
  return parse_json(R"({"version": "1.0", "added_tokens": [], "normalizer": null,
    "pre_tokenizer": null, "post_processor": null, "decoder": {"type": "Fuse"},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, " ": 2}, "merges": []}})");
}

std::unique_ptr<const Tokenizer> opened(const test::TemporaryFolder& folder, const Json& json) {
  test::write_file(folder.path() / "tokenizer.json", json_text(json));
  return open_tokenizer(folder.path() / "tokenizer.json");
}

/// The refusal of the good file with one field changed.
std::string refusal(const std::string& field, const Json& value) {
  const test::TemporaryFolder folder;
  auto json = good();
  json[field] = value;
  return test::error_text<ErrorKind::checkpoint>([&] { return opened(folder, json); });
}

Json sequence(const std::string& list, std::size_t count, const std::string& step) {
  Json steps = Json::array();
  for (std::size_t i = 0; i < count; ++i) steps.push_back(parse_json(step));
  return {{"type", "Sequence"}, {list, std::move(steps)}};
}

Json added(std::int64_t id, const std::string& content) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", false}};
}

/// What beginnings of large files say of themselves when nothing was downloaded.
constexpr const char* kPointer =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

}  // namespace

TEST_CASE("each field with steps holds a limited number of them") {
  CHECK(test::contains(refusal("normalizer", sequence("normalizers", 20'000, R"({"type": "NFC"})")),
                       "field \"normalizer\": wanted at most 100000 values and bytes, got "));
  CHECK(test::contains(
      refusal("pre_tokenizer", sequence("pretokenizers", 20'000, R"({"type": "Digits"})")),
      "field \"pre_tokenizer\": wanted at most 100000 values and bytes, got "));
  CHECK(test::contains(
      refusal("post_processor", sequence("processors", 20'000, R"({"type": "ByteLevel"})")),
      "field \"post_processor\": wanted at most 100000 values and bytes, got "));
  CHECK(test::contains(refusal("decoder", sequence("decoders", 20'000, R"({"type": "Fuse"})")),
                       "field \"decoder\": wanted at most 100000 values and bytes, got "));
  const Json long_prefix = {{"type", "Prepend"}, {"prepend", std::string(200'000, 'a')}};
  CHECK(test::contains(refusal("normalizer", long_prefix), "field \"normalizer\": wanted at most"));
}

TEST_CASE("steps that double a text again and again are refused") {
  const auto* const doubling =
      R"({"type": "Replace", "pattern": {"String": "a"}, "content": "aa"})";
  const std::string wanted = "wanted steps that make a text at most 1000 times longer";
  CHECK(test::contains(refusal("normalizer", sequence("normalizers", 40, doubling)),
                       "field \"normalizer\": " + wanted));
  CHECK(test::contains(refusal("decoder", sequence("decoders", 40, doubling)),
                       "field \"decoder\": " + wanted));
  const auto* const between = R"({"type": "Replace", "pattern": {"Regex": "x*"}, "content": "--"})";
  CHECK(test::contains(refusal("normalizer", sequence("normalizers", 5, between)), wanted));
  const auto* const in_front = R"({"type": "Prepend", "prepend": "ab"})";
  CHECK(test::contains(refusal("normalizer", sequence("normalizers", 7, in_front)), wanted));

  const test::TemporaryFolder folder;
  auto json = good();
  json["normalizer"] = sequence("normalizers", 9, doubling);
  CHECK(opened(folder, json)->encode("a").size() == 512);
  const auto* const one_for_one =
      R"({"type": "Replace", "pattern": {"Regex": "c+| "}, "content": "b"})";
  json["normalizer"] = sequence("normalizers", 40, one_for_one);
  CHECK(opened(folder, json)->encode("cc ") == Ids{1, 1});
}

TEST_CASE("an added token is no longer than a text's words, and there may be many") {
  CHECK(test::contains(refusal("added_tokens", Json::array({added(3, std::string(4097, 'a'))})),
                       "field \"added_tokens\": wanted tokens of at most 4096 bytes, got one of "
                       "4097"));
  const test::TemporaryFolder folder;
  auto json = good();
  json["added_tokens"].push_back(added(3, std::string(4095, 'a') + "b"));
  for (std::int64_t i = 4; i < 100'000; ++i)
    json["added_tokens"].push_back(added(i, "<" + std::to_string(i) + ">"));
  const auto tokenizer = opened(folder, json);
  CHECK(tokenizer->encode("a<99999>b<4>").size() == 4);
  CHECK(tokenizer->encode("a<99999>b<4>")[1] == 99'999);
  // At each place of it the long token nearly matches.
  CHECK(tokenizer->encode(std::string(300'000, 'a')).size() == 300'000);
}

TEST_CASE("of texts that begin alike the longest is found, and of equal ones the first") {
  const TokenTexts texts({{.text = "ab", .number = 1},
                          {.text = "abcd", .number = 2},
                          {.text = "a", .number = 3},
                          {.text = "ab", .number = 4},
                          {.text = "\xC3\xA9", .number = 5},
                          {.text = "b", .number = 6}});
  std::string found;
  for (const auto& match : texts.matches_in("abcabcdxa\xC3\xA9\xC3 b"))
    found += std::to_string(match.number) + "@" + std::to_string(match.first) + "-" +
             std::to_string(match.last) + " ";
  CHECK(found == "1@0-2 2@3-7 3@8-9 5@9-11 6@13-14 ");
  CHECK(TokenTexts().matches_in("a").empty());
}

TEST_CASE("a hundred thousand added tokens beside a vocabulary take time in proportion") {
  const test::TemporaryFolder folder;
  Json decoder = Json::object();
  Json added_names = Json::object();
  auto& decoder_members = decoder.get_ref<Json::object_t&>();
  auto& name_members = added_names.get_ref<Json::object_t&>();
  for (int i = 2; i < 200'000; ++i) {
    const auto number = std::to_string(i);
    if (i % 2 == 0) decoder_members.emplace_back(number, Json{{"content", "<" + number + ">"}});
    if (i % 2 == 1) name_members.emplace_back("<" + number + ">", Json(i));
  }
  test::write_file(folder.path() / "vocab.json", R"({"a": 0, "b": 1})");
  test::write_file(folder.path() / "merges.txt", "");
  test::write_file(folder.path() / "tokenizer_config.json",
                   json_text({{"added_tokens_decoder", std::move(decoder)}}));
  test::write_file(folder.path() / "added_tokens.json", json_text(added_names));
  const auto tokenizer = open_tokenizer(folder.path() / "vocab.json");
  CHECK(tokenizer->encode("a<199999><199998>b") == Ids{0, 199'999, 199'998, 1});
}

TEST_CASE("merges as texts may begin with the header of a file of merges") {
  const test::TemporaryFolder folder;
  auto json = good();
  json["model"]["vocab"]["ab"] = 3;
  json["model"]["merges"] = {"#version: 0.2", "a b"};
  CHECK(opened(folder, json)->encode("ab") == Ids{3});
}

TEST_CASE("a Git LFS pointer is named as one in the place of every file of a tokenizer") {
  const test::TemporaryFolder folder;
  const auto refused = [&](const std::string& broken, const std::string& opened_file) {
    test::write_file(folder.path() / "tokenizer.json", json_text(good()));
    test::write_file(folder.path() / "tokenizer_config.json", "{}");
    test::write_file(folder.path() / "special_tokens_map.json", "{}");
    test::write_file(folder.path() / "added_tokens.json", "{}");
    test::write_file(folder.path() / "tokenizer.model", "");
    for (const auto* name : {"vocab.json", "encoder.json"})
      test::write_file(folder.path() / name, R"({"a": 0})");
    for (const auto* name : {"merges.txt", "vocab.bpe"}) test::write_file(folder.path() / name, "");
    test::write_file(folder.path() / broken, kPointer);
    return test::error_text<ErrorKind::checkpoint>(
        [&] { return open_tokenizer(folder.path() / opened_file); });
  };
  const auto check = [&](const std::string& broken, const std::string& opened_file) {
    INFO(broken << " of " << opened_file);
    CHECK(test::contains(
        refused(broken, opened_file),
        (folder.path() / broken).string() + ": wanted a tokenizer's file, got a Git LFS pointer"));
  };
  check("tokenizer.json", "tokenizer.json");
  check("tokenizer_config.json", "tokenizer.json");
  check("special_tokens_map.json", "tokenizer.json");
  check("tokenizer.model", "tokenizer.model");
  check("vocab.json", "vocab.json");
  check("merges.txt", "vocab.json");
  check("added_tokens.json", "vocab.json");
  check("encoder.json", "encoder.json");
  check("vocab.bpe", "encoder.json");
}

TEST_CASE("a tokenizer's file is UTF-8 and holds whole characters") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "tokenizer.json";
  for (const std::string vocabulary : {R"({"a\ud800": 0})", "{\"a\xFF\": 0}"}) {
    test::write_file(path,
                     R"({"model": {"type": "BPE", "merges": [], "vocab": )" + vocabulary + "}}");
    CHECK(test::contains(
        test::error_text<ErrorKind::checkpoint>([&] { return open_tokenizer(path); }),
        path.string() + ": wanted a tokenizer's JSON, got "));
  }
}

}  // namespace smdm
