// What a user gets for a checkpoint whose tokenizer's files are broken: one line with the file and
// the field or the pattern, and exit code 4. Requests of ids need no tokenizer.
#include "base/text/json_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

constexpr int kCheckpoint = 4;

/// The characters a and b.
Json good() {
  return parse_json(R"({"version": "1.0", "added_tokens": [], "normalizer": null,
    "pre_tokenizer": null, "post_processor": null, "decoder": {"type": "Fuse"},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}})");
}

/// A checkpoint's folder with a tokenizer.json, and requests.
class Checkpoint {
 public:
  Checkpoint() {
    const auto golden = test::golden();
    std::filesystem::copy_file(golden / "mdm-tiny.safetensors",
                               folder_.path() / "model.safetensors");
    std::filesystem::copy_file(golden / "mdm-tiny.config.json", folder_.path() / "config.json");
  }

  [[nodiscard]] std::filesystem::path tokenizer() const {
    return folder_.path() / "tokenizer.json";
  }

  /// The tokenizers here have no BOS, which SMDM's models otherwise read in front.
  [[nodiscard]] test::CommandResult run(const std::string& tokenizer_text,
                                        const Json& request) const {
    test::write_file(tokenizer(), tokenizer_text);
    const auto requests = folder_.path() / "requests.jsonl";
    test::write_file(requests, json_text(request) + "\n");
    return test::smdm_eval({"--requests", requests.string(), "--model", folder_.path().string(),
                            "--estimator", "fixed-count", "--mc-samples", "2", "--bos", "off"});
  }

  /// A request of text ends with the tokenizer's file and `part`; without text nobody asks for it.
  void check_error(const std::string& tokenizer_text,
                   const std::string& part,
                   const std::string& context = "ab ab") const {
    const auto result =
        run(tokenizer_text, {{"id", 1}, {"context", context}, {"continuation", " b"}});
    INFO(result.err);
    CHECK(result.code == kCheckpoint);
    CHECK(result.out.empty());
    const auto lines = test::lines_of(result.err);
    REQUIRE_FALSE(lines.empty());
    CHECK(test::contains(lines.back(), tokenizer().string()));
    CHECK(test::contains(lines.back(), part));
    const auto of_ids =
        run(tokenizer_text, {{"id", 1}, {"context_ids", {1}}, {"continuation_ids", {2}}});
    CHECK(of_ids.code == 0);
  }

 private:
  test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("a broken tokenizer.json ends a run of text with its field") {
  const Checkpoint checkpoint;
  CHECK(checkpoint.run(json_text(good()), {{"id", 1}, {"context", "ab"}, {"continuation", "a"}})
            .code == 0);
  checkpoint.check_error("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n",
                         "got a Git LFS pointer");
  checkpoint.check_error("{\"model\": ", "malformed JSON");
  auto json = good();
  json["pre_tokenizer"] = {{"type", "WhitespaceSplit"}};
  checkpoint.check_error(json_text(json), "field \"pre_tokenizer.type\": wanted Split,");
  json = good();
  json["model"]["vocab"]["c"] = 2;
  checkpoint.check_error(json_text(json), "\"ab\" and \"c\" of id 2");
  json = good();
  json["model"]["merges"] = {"a c"};
  checkpoint.check_error(json_text(json), "\"c\" is not in it");
}

TEST_CASE("a tokenizer with ids beyond the embedding disagrees with the model") {
  const Checkpoint checkpoint;
  auto json = good();
  json["model"]["vocab"]["c"] = 1'000'000;
  checkpoint.check_error(json_text(json), "tokenizer and model disagree: it has 1000001 pieces");
}

TEST_CASE("a pattern that backtracks without end ends a run with the pattern") {
  const Checkpoint checkpoint;
  auto json = good();
  json["pre_tokenizer"] = {{"type", "Split"},
                           {"pattern", {{"Regex", "(?:a|aa)+[^a]|b"}}},
                           {"behavior", "Isolated"},
                           {"invert", false}};
  checkpoint.check_error(json_text(json), "got (?:a|aa)+[^a]|b on a text of ",
                         std::string(60, 'a'));
}

}  // namespace smdm
