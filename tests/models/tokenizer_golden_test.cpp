// Ids and texts of five tokenizers as the library that made their files gives them, recorded in
// tests/golden/tokenizers. Two of the files lie there too; the published ones are read from the
// shared data, where it is.
#include <array>
#include <fstream>
#include <string>
#include <vector>

#include "base/files/open.hpp"
#include "base/files/unpack.hpp"
#include "base/text/json_text.hpp"
#include "models/text/tokenizer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

std::vector<Json> lines_of(const std::string& name) {
  std::ifstream stream(test::golden() / "tokenizers" / name);
  std::vector<Json> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(parse_json(line));
  return lines;
}

std::string unpacked(const std::filesystem::path& path) {
  Unpacker unpacker(path, Input::file);
  std::string all;
  std::array<char, 65536> block{};
  for (auto count = unpacker.read(block); count > 0; count = unpacker.read(block))
    all.append(block.data(), count);
  return all;
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

std::unique_ptr<const Tokenizer> golden_tokenizer(const std::string& name) {
  return open_tokenizer(test::golden() / "tokenizers" / (name + ".tokenizer.json"));
}

/// A file of the shared data's tokenizers, or nothing, which skips the test.
std::optional<std::filesystem::path> published(const std::string& name) {
  const auto shared = test::shared();
  if (shared && std::filesystem::exists(*shared / "data" / "tokenizers" / name))
    return *shared / "data" / "tokenizers" / name;
  test::skip("tokenizer: no " + name + " in the shared data");
  return std::nullopt;
}

}  // namespace

TEST_CASE("a tokenizer like Llama 3's gives the recorded ids and texts") {
  const auto tokenizer = golden_tokenizer("llama_style");
  check_goldens(*tokenizer, "llama_style");
  CHECK(tokenizer->pieces() == 1508);
  CHECK(tokenizer->tokens("").empty());
  CHECK(tokenizer->encode("").size() == 1);
  CHECK(tokenizer->encode("a b").size() == tokenizer->tokens("a b").size() + 1);
  CHECK(tokenizer->bos_id() == -1);  // no file beside it names one
  CHECK_FALSE(tokenizer->adds_bos());
}

TEST_CASE("a tokenizer like Llama 2's gives the recorded ids and texts") {
  check_goldens(*golden_tokenizer("llama2_style"), "llama2_style");
}

TEST_CASE("GPT-2's two files give the recorded ids and texts, under either pair of names") {
  const auto file = published("gpt2/encoder.json");
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
  const auto file = published("qwen3/tokenizer.json.gz");
  if (!file) return;
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "tokenizer.json", unpacked(*file));
  std::filesystem::copy_file(file->parent_path() / "tokenizer_config.json",
                             folder.path() / "tokenizer_config.json");
  const auto tokenizer = open_tokenizer(folder.path() / "tokenizer.json");
  check_goldens(*tokenizer, "qwen3");
  CHECK(tokenizer->bos_id() == -1);
  CHECK(tokenizer->piece(tokenizer->eos_id()) == "<|im_end|>");
}

TEST_CASE("SmolLM2's tokenizer gives the recorded ids and texts") {
  const auto file = published("smollm2/tokenizer.json");
  if (file) check_goldens(*open_tokenizer(*file), "smollm2");
}

}  // namespace smdm
