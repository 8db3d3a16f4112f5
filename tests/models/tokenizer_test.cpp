// Ids, text and the context border against the recorded tokenizer.json and encode_pair.json.
#include "models/text/tokenizer.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "models/text/text_encoder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using Json = nlohmann::json;
using Ids = std::vector<std::int64_t>;

Json recorded(const std::filesystem::path& shared, const std::string& file) {
  std::ifstream stream(shared / "golden" / file);
  return Json::parse(stream).at("cases");
}

std::filesystem::path llama(const std::filesystem::path& shared) {
  return shared / "data" / "tokenizers" / "llama2" / "tokenizer.model";
}

/// Literal control pieces in a text: the fast tokenizer of the reference maps them to their ids.
bool is_optional(const std::string& text) {
  return text.find("<s>") != std::string::npos || text.find("</s>") != std::string::npos;
}

}  // namespace

TEST_CASE("texts and ids convert as recorded") {
  const auto shared = test::shared();
  if (!shared) {
    test::skip("tokenizer: no shared data folder beside the source tree");
    return;
  }
  const auto opened = open_tokenizer(llama(*shared));
  const auto& tokenizer = *opened;
  CHECK(tokenizer.pieces() == 32000);
  CHECK(tokenizer.bos_id() == 1);
  CHECK(tokenizer.eos_id() == 2);
  int encoded = 0;
  int decoded = 0;
  for (const auto& example : recorded(*shared, "tokenizer.json")) {
    const auto ids = example.at("ids").get<Ids>();
    INFO(example.dump());
    CHECK(tokenizer.decode(ids) == example.at("decoded_skip_special").get<std::string>());
    ++decoded;
    if (!example.contains("text") || is_optional(example.at("text"))) continue;
    CHECK(tokenizer.encode(example.at("text").get<std::string>()) == ids);
    ++encoded;
  }
  CHECK(decoded == 30);
  CHECK(encoded == 18);
  CHECK(tokenizer.decode(Ids{1, 15043, 32000, 3186, 32000}) == "Hello world");
}

TEST_CASE("contexts and continuations meet as recorded") {
  const auto shared = test::shared();
  if (!shared) {
    test::skip("tokenizer: no shared data folder beside the source tree");
    return;
  }
  const auto opened = open_tokenizer(llama(*shared));
  const TextEncoder encoder(*opened, {.bos = BosRule::in_front});
  int checked = 0;
  for (const auto& example : recorded(*shared, "encode_pair.json")) {
    INFO(example.dump());
    const auto context = example.at("context").get<std::string>();
    const auto continuation = example.at("continuation").get<std::string>();
    const auto pair = encoder.pair(context, continuation);
    CHECK(pair.context == example.at("context_ids").get<Ids>());
    CHECK(pair.continuation == example.at("continuation_ids").get<Ids>());
    ++checked;
  }
  CHECK(checked == 16);
}

TEST_CASE("a file that is no SentencePiece model is refused in one line") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "tokenizer.model";
  const auto refusal = [&]() -> std::string {
    try {
      (void)open_tokenizer(path);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::checkpoint) throw;
      return error.what();
    }
    return "accepted";
  };
  CHECK(refusal() == "wanted to read " + path.string() + ", got: No such file or directory");
  for (const std::string content : {"", "not a model", "{\"a\": 1}\n"}) {
    test::write_file(path, content);
    INFO(content << ": " << refusal());
    CHECK(refusal().find(path.string() + ": wanted a") == 0);
    CHECK(refusal().find('\n') == std::string::npos);
  }
}

}  // namespace smdm
