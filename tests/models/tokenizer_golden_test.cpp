// Ids and texts of five tokenizers, and of a small one for each kind of step, as the library that
// made their files gives them, recorded in tests/golden/tokenizers. Two of the files lie there too;
// the published ones are read from the shared data, where it is.
#include <fstream>
#include <string>
#include <vector>

#include "base/text/json_text.hpp"
#include "models/text/tokenizer.hpp"
#include "tests/models/published_tokenizers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

/// A tokenizer of one step, flag or field, with ids and texts by the library.
void check_kind(const Json& kind) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "tokenizer.json";
  test::write_file(path, json_text(kind.at("tokenizer")));
  const auto tokenizer = open_tokenizer(path);
  for (const auto& line : kind.at("texts")) {
    INFO(json_text(line));
    CHECK(tokenizer->encode(line.at("text").get<std::string>()) == line.at("ids").get<Ids>());
  }
  for (const auto& line : kind.at("rows")) {
    INFO(json_text(line));
    CHECK(tokenizer->decode_all(line.at("ids").get<Ids>()) == line.at("shown").get<std::string>());
    CHECK(tokenizer->decode(line.at("ids").get<Ids>()) == line.at("hidden").get<std::string>());
  }
}

std::vector<Json> lines_of(const std::string& name) {
  std::ifstream stream(test::golden() / "tokenizers" / name);
  std::vector<Json> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(parse_json(line));
  return lines;
}

void check_goldens(const Tokenizer& tokenizer, const std::string& name) {
  int lines = 0;
  for (const auto& line : lines_of(name + ".jsonl")) {
    INFO(json_text(line));
    const auto ids = line.at("ids").get<Ids>();
    CHECK(tokenizer.encode(line.at("text").get<std::string>()) == ids);
    CHECK(tokenizer.decode_all(ids) == line.at("decoded").get<std::string>());
    ++lines;
  }
  CHECK(lines == 400);
  lines = 0;
  for (const auto& line : lines_of(name + ".decode.jsonl")) {
    INFO(json_text(line));
    const auto ids = line.at("ids").get<Ids>();
    CHECK(tokenizer.decode_all(ids) == line.at("decoded").get<std::string>());
    CHECK(tokenizer.decode(ids) == line.at("decoded_skip_special").get<std::string>());
    ++lines;
  }
  CHECK(lines == 40);
}

}  // namespace

TEST_CASE("every kind of step, flag and field gives the recorded ids and texts") {
  const auto kinds = lines_of("kinds.jsonl");
  CHECK(kinds.size() == 72);
  for (const auto& kind : kinds) {
    INFO(kind.at("name").get<std::string>());
    check_kind(kind);
  }
}

TEST_CASE("a tokenizer like Llama 3's gives the recorded ids and texts") {
  const auto tokenizer = test::golden_tokenizer("llama_style");
  check_goldens(*tokenizer, "llama_style");
  CHECK(tokenizer->pieces() == 1508);
  CHECK(tokenizer->tokens("").empty());
  CHECK(tokenizer->encode("").size() == 1);
  CHECK(tokenizer->encode("a b").size() == tokenizer->tokens("a b").size() + 1);
  CHECK(tokenizer->bos_id() == -1);  // no file beside it names one
  CHECK_FALSE(tokenizer->adds_bos());
}

TEST_CASE("a tokenizer like Llama 2's gives the recorded ids and texts") {
  check_goldens(*test::golden_tokenizer("llama2_style"), "llama2_style");
}

TEST_CASE("GPT-2's two files give the recorded ids and texts, under either pair of names") {
  const auto file = test::published_tokenizer("gpt2/encoder.json");
  if (!file) return;
  const auto tokenizer = open_tokenizer(*file);
  check_goldens(*tokenizer, "gpt2");
  CHECK(tokenizer->pieces() == 50257);
  CHECK(tokenizer->eos_id() == 50256);
  CHECK(tokenizer->piece(50256) == "<|endoftext|>");
  CHECK(tokenizer->piece(50257).empty());
  const test::TemporaryFolder folder;
  std::filesystem::copy_file(*file, folder.path() / "vocab.json");
  std::filesystem::copy_file(file->parent_path() / "vocab.bpe", folder.path() / "merges.txt");
  CHECK(tokenizer_file_in(folder.path()) == folder.path() / "vocab.json");
  check_goldens(*open_tokenizer(folder.path() / "vocab.json"), "gpt2");
}

TEST_CASE("Qwen 3's tokenizer gives the recorded ids and texts") {
  const auto tokenizer = test::qwen3_tokenizer();
  if (!tokenizer) return;
  check_goldens(*tokenizer, "qwen3");
  CHECK(tokenizer->bos_id() == -1);
  CHECK(tokenizer->piece(tokenizer->eos_id()) == "<|im_end|>");
}

TEST_CASE("SmolLM2's tokenizer gives the recorded ids and texts") {
  const auto file = test::published_tokenizer("smollm2/tokenizer.json");
  if (file) check_goldens(*open_tokenizer(*file), "smollm2");
}

}  // namespace smdm
