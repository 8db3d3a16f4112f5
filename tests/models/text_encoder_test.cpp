// What stands in front of texts, and where contexts end: against recorded pairs of lm-eval, and by
// hand for the published evaluations of masked diffusion models.
#include "models/text/text_encoder.hpp"

#include <filesystem>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/files/lines.hpp"
#include "base/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using Ids = std::vector<std::int64_t>;
using Tokenizers = std::map<std::string, std::unique_ptr<const Tokenizer>>;

const fs::path kGolden = fs::path(SMDM_SOURCE_DIR) / "tests" / "golden";
const fs::path kSentences =
    fs::path(SMDM_SOURCE_DIR) / "embedded" / "micro-base-mdm" / "tokenizer.model";
constexpr std::int64_t kBegin = 1500;
constexpr std::int64_t kEnd = 1501;

Json llama_style() {
  return Json::parse(test::read_file(kGolden / "tokenizers" / "llama_style.tokenizer.json"));
}

std::unique_ptr<const Tokenizer> written(const fs::path& folder,
                                         const Json& spec,
                                         const Json& names) {
  fs::create_directories(folder);
  test::write_file(folder / "tokenizer.json", spec.dump());
  test::write_file(folder / "tokenizer_config.json", names.dump());
  return open_tokenizer(folder / "tokenizer.json");
}

/// One that puts BOS in front, and one that has none and puts nothing.
Tokenizers tokenizers(const fs::path& folder) {
  Tokenizers all;
  all["bos"] = written(folder / "bos", llama_style(),
                       {{"bos_token", "<|begin_of_text|>"}, {"eos_token", "<|end_of_text|>"}});
  auto without = llama_style();
  without["post_processor"] = nullptr;
  all["none"] = written(folder / "none", without, {{"eos_token", "<|end_of_text|>"}});
  all["sentencepiece"] = open_tokenizer(kSentences);
  return all;
}

/// Checks every recorded pair. @return how many there were of each tokenizer
std::map<std::string, int> check_pairs(const std::string& file, BosRule rule) {
  const test::TemporaryFolder folder;
  const auto all = tokenizers(folder.path());
  std::map<std::string, int> pairs;
  LineReader lines(kGolden / "encode_pairs" / file);
  std::string line;
  while (lines.next(line)) {
    const auto recorded = Json::parse(line);
    const auto& name = recorded.at("tokenizer").get_ref<const std::string&>();
    const TextEncoder encoder(*all.at(name), {.bos = rule, .needs_prefix = true});
    const auto pair = encoder.pair(recorded.at("context").get<std::string>(),
                                   recorded.at("continuation").get<std::string>());
    INFO(line);
    CHECK(pair.context == recorded.at("ids").at(0).get<Ids>());
    CHECK(pair.continuation == recorded.at("ids").at(1).get<Ids>());
    ++pairs[name];
  }
  return pairs;
}

TEST_CASE("contexts and continuations are those of lm-eval 0.4.13 for causal models") {
  for (const auto& [name, count] : check_pairs("lm_eval_0.4.13.jsonl.gz", BosRule::tokenizer)) {
    INFO(name);
    CHECK(count > 4000);
  }
}

TEST_CASE("without BOS, those of lm-eval 0.4.4") {
  for (const auto& [name, count] : check_pairs("lm_eval_0.4.4.jsonl.gz", BosRule::none)) {
    INFO(name);
    CHECK(count > 4000);
  }
}

TEST_CASE("an empty context becomes the prefix token where a model needs one") {
  const test::TemporaryFolder folder;
  const auto all = tokenizers(folder.path());
  for (const auto& [name, prefix] : {std::pair("bos", kBegin), std::pair("none", kEnd),
                                     std::pair("sentencepiece", std::int64_t{1})}) {
    INFO(name);
    const auto& tokenizer = *all.at(name);
    for (const auto rule : {BosRule::tokenizer, BosRule::none}) {
      const TextEncoder encoder(tokenizer, {.bos = rule, .needs_prefix = true});
      for (const std::string context : {"", " ", "\n\u3000"}) {
        const auto pair = encoder.pair(context, " coins");
        CHECK(pair.context == Ids{prefix});
        CHECK(pair.continuation == tokenizer.tokens(context + " coins"));
      }
      CHECK(encoder.prompt("").front() == prefix);
      CHECK(encoder.prompt("").size() == 1);
    }
    // Masked diffusion models need nothing in front.
    const TextEncoder diffusion(tokenizer, {.bos = BosRule::none});
    CHECK(diffusion.pair(" ", "coins").context.empty());
    CHECK(diffusion.prompt("").empty());
  }
}

TEST_CASE("BOS in front stands there once, whatever the tokenizer does by itself") {
  const test::TemporaryFolder folder;
  auto without = llama_style();
  without["post_processor"] = nullptr;
  const auto tokenizer = written(folder.path(), without, {{"bos_token", "<|begin_of_text|>"}});
  const TextEncoder dream(*tokenizer, {.bos = BosRule::in_front});
  const auto text = tokenizer->tokens("the baker");
  auto behind = text;
  behind.insert(behind.begin(), kBegin);
  CHECK(dream.prompt("the baker") == behind);
  CHECK(dream.prompt("<|begin_of_text|>the baker") == behind);
  // As Dream's evaluation encodes: the text of BOS, then the context without trailing white space.
  const auto pair = dream.pair("the ", "baker");
  CHECK(pair.context == tokenizer->tokens("<|begin_of_text|>the"));
  CHECK(pair.continuation == tokenizer->tokens(" baker"));
  CHECK(dream.pair("", "baker").context == Ids{kBegin});
  CHECK(dream.pair(" ", "baker").continuation == tokenizer->tokens(" baker"));

  const TextEncoder own(*tokenizer, {.bos = BosRule::tokenizer});
  CHECK(own.prompt("the baker") == text);
  CHECK(own.pair("", "baker").context.empty());
}

TEST_CASE("a tokenizer's own call is taken as it is for masked diffusion models") {
  const test::TemporaryFolder folder;
  const auto all = tokenizers(folder.path());
  const TextEncoder llada(*all.at("bos"), {.bos = BosRule::tokenizer});
  // Its evaluation does not look whether BOS is there already.
  CHECK(llada.prompt("<|begin_of_text|>the").front() == kBegin);
  CHECK(llada.prompt("<|begin_of_text|>the")[1] == kBegin);
  const TextEncoder causal(*all.at("bos"), {.bos = BosRule::tokenizer, .needs_prefix = true});
  CHECK(causal.prompt("<|begin_of_text|>the") == causal.prompt("the"));
}

TEST_CASE("texts of a corpus say how much in front of them is no text") {
  const test::TemporaryFolder folder;
  const auto all = tokenizers(folder.path());
  const std::string text = "the baker of Cedarton";
  for (const auto& [name, tokenizer] : all) {
    INFO(name);
    const auto tokens = tokenizer->tokens(text);
    for (const auto rule : {BosRule::in_front, BosRule::tokenizer, BosRule::none}) {
      for (const bool needs_prefix : {false, true}) {
        if (rule == BosRule::in_front && name == "none") continue;
        const auto document =
            TextEncoder(*tokenizer, {.bos = rule, .needs_prefix = needs_prefix}).document(text);
        const bool adds = rule == BosRule::tokenizer && name != "none";
        CHECK(document.front == ((needs_prefix || adds || rule == BosRule::in_front) ? 1 : 0));
        const auto own = document.ids.begin() + static_cast<std::ptrdiff_t>(document.front);
        CHECK(Ids(own, document.ids.end()) == tokens);
      }
    }
  }
}

TEST_CASE("rules that a tokenizer has no token for are refused") {
  const test::TemporaryFolder folder;
  auto without = llama_style();
  without["post_processor"] = nullptr;
  const auto tokenizer = written(folder.path(), without, Json::object());
  const auto refusal = [&](const auto& work) -> std::string {
    try {
      work();
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::checkpoint);
      return error.what();
    }
    return "";
  };
  CHECK(test::contains(refusal([&] { (void)TextEncoder(*tokenizer, {.bos = BosRule::in_front}); }),
                       "wanted a tokenizer that has a BOS token"));
  const TextEncoder causal(*tokenizer, {.bos = BosRule::tokenizer, .needs_prefix = true});
  CHECK(causal.pair("the", " baker").context == tokenizer->tokens("the"));
  CHECK(test::contains(refusal([&] { (void)causal.pair("", "baker"); }), "BOS or EOS"));
}

TEST_CASE("each family's rule") {
  ModelConfig config;
  CHECK(text_rule(config, ModelKind::mdm).bos == BosRule::tokenizer);
  CHECK_FALSE(text_rule(config, ModelKind::mdm).needs_prefix);
  CHECK(text_rule(config, ModelKind::arm).needs_prefix);
  config.bos_in_front = true;
  CHECK(text_rule(config, ModelKind::mdm).bos == BosRule::in_front);
}

}  // namespace
}  // namespace smdm
