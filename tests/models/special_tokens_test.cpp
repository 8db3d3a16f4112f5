// Where a checkpoint's mask, its shift and the ends of its texts come from: each source alone, each
// two that disagree, and none.
#include "models/text/special_tokens.hpp"

#include <string>

#include "models/checkpoint.hpp"
#include "tests/models/family_folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Json = nlohmann::json;

using Folder = test::FamilyFolder;

CheckpointOptions asked_mask(std::int64_t id) {
  CheckpointOptions options;
  options.mask_id = id;
  return options;
}

std::int64_t mask_with(const Folder& folder, std::int64_t id) {
  return folder.found(asked_mask(id)).mask();
}

std::string refusal_with(const Folder& folder, std::int64_t id) {
  return folder.refusal(asked_mask(id));
}

Json token(const std::string& text, std::int64_t id) {
  return {{"id", id}, {"content", text}};
}

/// A2D's LLaMA without any word on its mask.
void silence(const Folder& a2d_llama) {
  a2d_llama.remove("tokenizer.json");
  a2d_llama.remove("tokenizer_config.json");
}

}  // namespace

TEST_CASE("the mask is what the user, the configuration or the tokenizer says", "[families]") {
  CHECK(Folder("a2d_llama").found().mask() == 302);
  CHECK(Folder("a2d_qwen3").found().mask() == 318);
  CHECK(Folder("mdlm").found().mask() == 319);
  CHECK(Folder("dream").found().mask() == 319);
  CHECK(mask_with(Folder("dream"), 319) == 319);
  const test::TemporaryFolder none;
  CHECK(said_mask_tokens(none.path()).empty());

  const Folder folder("a2d_llama");
  silence(folder);
  CHECK(contains(folder.refusal(), "config.json: wanted the mask's id"));
  CHECK(contains(folder.refusal(), "give --mask-id"));
  CHECK(mask_with(folder, 7) == 7);
  CHECK(mask_with(folder, 0) == 0);
  CHECK(contains(refusal_with(folder, 320), "--mask-id: wanted 0 to 319, got 320"));
  CHECK(contains(refusal_with(folder, -1), "--mask-id: wanted 0 to 319, got -1"));
  folder.set("mask_token_id", 320);
  CHECK(contains(folder.refusal(), "config.json: wanted 0 to 319, got 320"));
  folder.set("mask_token_id", "318");
  CHECK(contains(folder.refusal(), "field \"mask_token_id\": wanted a token's id"));
}

TEST_CASE("the tokenizer's mask is found in each of its files", "[families]") {
  const Folder folder("a2d_llama");
  silence(folder);
  folder.write("added_tokens.json", {{"<|mask|>", 9}});
  CHECK(folder.found().mask() == 9);
  folder.write("added_tokens.json", {{"[M]", 11}});
  CHECK(contains(folder.refusal(), "give --mask-id"));
  folder.write("tokenizer_config.json", {{"mask_token", "[M]"}});
  CHECK(folder.found().mask() == 11);
  folder.write("tokenizer_config.json", {{"mask_token", {{"content", "[M]"}, {"special", true}}}});
  CHECK(folder.found().mask() == 11);
  folder.remove("added_tokens.json");
  folder.write("tokenizer.json", {{"added_tokens", {token("[N]", 3), token("[M]", 12)}},
                                  {"model", {{"vocab", {{"a", 1}}}}}});
  CHECK(folder.found().mask() == 12);
  folder.remove("tokenizer.json");
  folder.write("tokenizer_config.json",
               {{"mask_token", "[M]"}, {"added_tokens_decoder", {{"13", {{"content", "[M]"}}}}}});
  CHECK(folder.found().mask() == 13);
  // Another family has its mask from the same place, and knows no "<|mask|>".
  const Folder llada("llada");
  llada.set("mask_token_id", nullptr);
  llada.write("added_tokens.json", {{"<|mask|>", 9}});
  CHECK(contains(llada.refusal(), "give --mask-id"));
  llada.write("tokenizer_config.json", {{"mask_token", "<|mask|>"}});
  CHECK(llada.found().mask() == 9);
}

TEST_CASE("sources of the mask that disagree are named", "[families]") {
  const Folder a2d("a2d_llama");
  CHECK(mask_with(a2d, 302) == 302);
  auto error = refusal_with(a2d, 5);
  CHECK(contains(error, "the mask's id is 5 by --mask-id and 302 by "));
  CHECK(contains(error, "tokenizer_config.json: mask_token \"<|mask|>\""));
  a2d.set("mask_token_id", 301);
  error = a2d.refusal();
  CHECK(contains(error, "the mask's id is 301 by "));
  CHECK(contains(error, "config.json and 302 by "));
  a2d.set("mask_token_id", nullptr);
  a2d.write("tokenizer.json", {{"added_tokens", {token("<|mask|>", 303)}}});
  error = a2d.refusal();
  CHECK(contains(error, "302 by "));
  CHECK(contains(error, "303 by "));
  CHECK(contains(error, "tokenizer.json: mask_token"));
  a2d.write("tokenizer.json", Json::object());
  a2d.write("added_tokens.json", {{"<|mask|>", 304}});
  CHECK(contains(a2d.refusal(), "added_tokens.json: mask_token"));
  const Folder mdlm("mdlm");
  CHECK(contains(refusal_with(mdlm, 5), "the mask's id is 5 by --mask-id and 319 by "));
  mdlm.set("mask_token_id", 319);
  CHECK(mdlm.found().mask() == 319);
  mdlm.set("mask_token_id", 318);
  CHECK(contains(mdlm.refusal(), "field \"mask_token_id\": wanted vocab_size - 1"));
  const Folder dream("dream");
  CHECK(contains(refusal_with(dream, 5), "5 by --mask-id and 319 by "));
}

TEST_CASE("SMDM's mask is V, and an autoregressive model has none", "[families]") {
  const test::TemporaryFolder folder;
  const auto refusal = [&](const std::string& kind, const CheckpointOptions& asked) {
    const auto json = test::small_config(kind);
    test::write_checkpoint(folder.path(), json,
                           test::random_tensors(json, test::StoredType::f32, 1));
    auto options = asked;
    options.model = folder.path();
    return test::error_text<ErrorKind::checkpoint>([&] { return find_checkpoint(options); });
  };
  CheckpointOptions options;
  const auto vocabulary = test::small_config("mdm").value("padded_vocab_size", std::int64_t{0});
  options.mask_id = vocabulary;
  CHECK(refusal("mdm", options).empty());
  CHECK(contains(refusal("arm", options), "--mask-id: an autoregressive model has no mask"));
  options.mask_id = 5;
  CHECK(contains(refusal("mdm", options),
                 "5 by --mask-id and " + std::to_string(vocabulary) + " by the family, smdm"));
  // Files of a tokenizer say nothing about it.
  test::write_file(folder.path() / "tokenizer_config.json", R"({"mask_token": "[M]"})");
  test::write_file(folder.path() / "added_tokens.json", R"({"[M]": 3})");
  CHECK(refusal("mdm", {}).empty());
  options = {};
  options.mask_id = 3;
  CHECK(contains(Folder("hf_llama").refusal(options), "--mask-id: an autoregressive model"));
}

TEST_CASE("the shift can be said where the family leaves it open, and nowhere else", "[families]") {
  for (const bool shift : {true, false}) {
    CheckpointOptions options;
    options.shift = shift;
    for (const std::string folder : {"a2d_llama", "a2d_qwen3"})
      CHECK(Folder(folder).found(options).shifted_logits == shift);
    CHECK(contains(Folder("dream").refusal(options), "the logits of dream are shifted"));
    CHECK(contains(Folder("llada").refusal(options), "the logits of llada are not shifted"));
    CHECK(contains(Folder("mdlm").refusal(options), "the logits of mdlm are not shifted"));
    CHECK(
        contains(Folder("hf_qwen2").refusal(options), "--shift: the logits of an autoregressive"));
  }
  const Folder folder("a2d_qwen3");
  CHECK_FALSE(folder.found().shifted_logits);
  folder.set("right_shift_logits", true);
  CHECK(folder.found().shifted_logits);
  CheckpointOptions off;
  off.shift = false;
  CHECK_FALSE(folder.found(off).shifted_logits);
}

TEST_CASE("what ends a text is what generation_config.json says, else the configuration",
          "[families]") {
  using Ids = std::vector<std::int64_t>;
  const Folder folder("hf_llama");
  CHECK(folder.found().eos_ids == Ids{2});
  folder.write("generation_config.json", {{"do_sample", true}, {"temperature", 0.6}});
  CHECK(folder.found().eos_ids == Ids{2});
  folder.write("generation_config.json", {{"eos_token_id", 7}});
  CHECK(folder.found().eos_ids == Ids{7});
  folder.write("generation_config.json", {{"eos_token_id", {7, 8, 9}}});
  CHECK(folder.found().eos_ids == Ids{7, 8, 9});
  folder.write("generation_config.json", {{"eos_token_id", "</s>"}});
  CHECK(contains(folder.refusal(),
                 "generation_config.json: field \"eos_token_id\": wanted a token's id"));
  folder.write("generation_config.json", {{"eos_token_id", {7, "</s>"}}});
  CHECK(contains(folder.refusal(), "generation_config.json: field \"eos_token_id\": wanted"));
}

TEST_CASE("files of a tokenizer that are none are refused in one line", "[families]") {
  const auto refusal = [](const std::string& name, const std::string& text) {
    const Folder folder("a2d_llama");
    test::write_file(folder.path() / name, text);
    return folder.refusal();
  };
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const std::string name : {"tokenizer_config.json", "tokenizer.json", "added_tokens.json"}) {
    INFO(name);
    CHECK(contains(refusal(name, "{"), name + ": not valid JSON"));
    CHECK(contains(refusal(name, "version https://git-lfs.github.com/spec/v1\nsize 9\n"),
                   name + ": wanted a tokenizer's file, got a Git LFS pointer"));
    CHECK(contains(refusal(name, "[1]"), name + ": wanted a JSON object"));
    CHECK(contains(refusal(name, deep), name + ": wanted a JSON object"));
    CHECK(refusal(name, "{\"other\": " + deep + "}").find("JSON") == std::string::npos);
  }
  CHECK(contains(refusal("tokenizer_config.json", R"({"mask_token": 5})"),
                 "field \"mask_token\": wanted a token's text"));
  CHECK(contains(
      refusal("tokenizer_config.json", R"({"mask_token": "<|mask|>", "added_tokens_decoder": []})"),
      "field \"added_tokens_decoder\": wanted an object"));
  CHECK(contains(refusal("tokenizer_config.json",
                         R"({"mask_token": "a", "added_tokens_decoder": {"x": {"content": "a"}}})"),
                 "field \"added_tokens_decoder\": wanted ids of tokens"));
  CHECK(contains(refusal("tokenizer.json", R"({"added_tokens": {}})"),
                 "field \"added_tokens\": wanted a list"));
  for (const std::string id : {"-1", "2.5", "\"7\"", "null", "9999999999"}) {
    CHECK(contains(refusal("tokenizer.json",
                           R"({"added_tokens": [{"content": "<|mask|>", "id": )" + id + "}]}"),
                   "field \"added_tokens\": wanted ids of tokens"));
  }
  CHECK(contains(refusal("added_tokens.json", R"({"<|mask|>": "5"})"),
                 "field \"<|mask|>\": wanted ids of tokens"));
}

}  // namespace smdm
