// What stands around texts, from the command line: BOS in front, a suffix behind, and the published
// presets that use them.
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "harness/jobs/embedded.hpp"
#include "models/text/tokenizer.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/harness/task_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;
using test::contains;

std::string base(const std::string& kind) {
  return (embedded_folder() / ("micro-base-" + kind)).string();
}

/// What --requests gives for lines, or its error.
struct Scored {
  test::CommandResult result;
  std::vector<Json> lines;
};

Scored scored(const std::string& lines, const std::string& kind, const Arguments& more = {}) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "in.jsonl";
  test::write_file(file, lines);
  Arguments arguments = {"--requests", file.string(), "--model", base(kind)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Scored scored{.result = test::smdm_eval(arguments), .lines = {}};
  if (scored.result.code != 0) return scored;
  scored.lines = test::json_lines(scored.result.out);
  return scored;
}

double nats(const Json& line) {
  return line.at("nats").get<double>();
}

Json run(const fs::path& output, const Arguments& more, std::string* said = nullptr) {
  Arguments arguments = {"--task",  "piqa", "--data",   "embedded",
                         "--limit", "3",    "--output", output.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  if (said != nullptr) *said = result.err;
  return Json::parse(test::read_file(test::file_in(output, "results_"))).at("smdm_eval");
}

TEST_CASE("lines may show text or ids behind their continuation") {
  const auto tokenizer = open_tokenizer(fs::path(base("mdm")) / "tokenizer.model");
  const auto behind = Json(tokenizer->tokens_inside("sold the bread.")).dump();
  const auto end = Json({tokenizer->eos_id()}).dump();
  const std::string pair = R"("context": "The baker of", "continuation": " Cedarton")";
  const auto all = scored(R"({"id": 0, )" + pair + "}\n" +  //
                              R"({"id": 1, )" + pair +
                              R"(, "suffix": "sold the bread."})"
                              "\n" +  //
                              R"({"id": 2, )" +
                              pair + R"(, "suffix_ids": )" + behind + "}\n" + R"({"id": 3, )" +
                              pair + R"(, "suffix_ids": )" + end + "}\n" + R"({"id": 4, )" + pair +
                              R"(, "suffix": ""})",
                          "mdm");
  INFO(all.result.err);
  REQUIRE(all.lines.size() == 5);
  CHECK(nats(all.lines[0]) != nats(all.lines[1]));
  CHECK(nats(all.lines[1]) == nats(all.lines[2]));
  CHECK(nats(all.lines[3]) != nats(all.lines[0]));
  CHECK(nats(all.lines[4]) == nats(all.lines[0]));
  // --suffix is for lines that say nothing of it.
  const auto eos = scored(
      R"({"id": 0, )" + pair + "}\n" + R"({"id": 1, )" + pair + R"(, "suffix": "sold the bread."})",
      "mdm", {"--suffix", "eos"});
  REQUIRE(eos.lines.size() == 2);
  CHECK(nats(eos.lines[0]) == nats(all.lines[3]));
  CHECK(nats(eos.lines[1]) == nats(all.lines[1]));
  const auto text = scored(R"({"id": 0, )" + pair + "}", "mdm", {"--suffix", "sold the bread."});
  REQUIRE(text.lines.size() == 1);
  CHECK(nats(text.lines[0]) == nats(all.lines[1]));
}

TEST_CASE("suffixes that cannot be are named by line") {
  const std::string pair = R"("context": "The baker of", "continuation": " Cedarton")";
  const auto one = R"({"id": 0, )" + pair;
  const auto refused = [](const Scored& scored, int code, const std::string& words) {
    INFO(scored.result.err);
    CHECK(scored.result.code == code);
    CHECK(contains(scored.result.err, words));
  };
  refused(scored(one + R"(, "suffix": "x", "suffix_ids": [3]})", "mdm"), 3,
          R"(in.jsonl:1: wanted "suffix" or "suffix_ids", got both)");
  refused(scored(one + R"(, "suffix": 3})", "mdm"), 3, "in.jsonl:1: field \"suffix\"");
  refused(scored(one + R"(, "suffix_ids": ["a"]})", "mdm"), 3, "field \"suffix_ids\"");
  refused(scored(one + R"(, "suffix_ids": [99999]})", "mdm"), 5, "in.jsonl:1: token id 99999");
  refused(scored(one + R"(, "suffix": "x"})", "arm"), 5, "reads nothing behind the continuation");
  refused(scored(one + "}", "arm", {"--suffix", "eos"}), 2,
          "--suffix: wanted none for an autoregressive model");
  refused(scored(one +
                     R"(, "question": 1, "suffix": "x"})"
                     "\n" +
                     one + R"(, "question": 1})",
                 "mdm"),
          3, "in.jsonl:2: field \"question\"");
}

TEST_CASE("masks behind a continuation are a longer text of which nothing is known") {
  const std::string ids = R"({"id": 1, "context_ids": [1, 20], "continuation_ids": [5, 6])";
  const auto of = [](const std::string& line) {
    const auto answers = scored(line, "mdm", {"--estimator", "exact", "--values"});
    INFO(answers.result.err);
    REQUIRE(answers.lines.size() == 1);
    return answers.lines.front();
  };
  const auto alone = nats(of(ids + "}"));
  CHECK(nats(of(ids + R"(, "masks_behind": 0})")) == alone);
  CHECK(nats(of(ids + R"(, "masks_behind": 3})")) != alone);
  CHECK(nats(of(ids + R"(, "masks_behind": 3, "suffix_ids": [9]})")) !=
        nats(of(ids + R"(, "masks_behind": 2, "suffix_ids": [9]})")));
  // Token by token with what is behind hidden: the two tokens revealed from left to right.
  const auto first =
      nats(of(R"({"id": 1, "context_ids": [1, 20], "continuation_ids": [5], "masks_behind": 1})"));
  const auto second = nats(of(R"({"id": 1, "context_ids": [1, 20, 5], "continuation_ids": [6]})"));
  const auto chain = of(ids + "}").at("values").at("duel").at("left_to_right").get<double>();
  CHECK(first + second == Approx(chain).margin(1e-5));
}

TEST_CASE("masks behind a continuation that cannot be are named by line") {
  const std::string ids = R"({"id": 1, "context_ids": [1, 20], "continuation_ids": [5, 6])";
  const auto refused = [](const Scored& scored, int code, const std::string& part) {
    CHECK(scored.result.code == code);
    CHECK(scored.result.out.empty());
    INFO(scored.result.err);
    CHECK(contains(scored.result.err, "in.jsonl:1: "));
    CHECK(contains(scored.result.err, part));
  };
  refused(scored(ids + R"(, "masks_behind": -1})", "mdm"), 3, "field \"masks_behind\"");
  refused(scored(ids + R"(, "masks_behind": 61})", "mdm"), 5, "wanted at most 64 tokens, got 65");
  refused(scored(ids + R"(, "masks_behind": 1e9})", "mdm"), 3, "field \"masks_behind\"");
  refused(scored(ids + R"(, "masks_behind": 100000000})", "mdm"), 5, "wanted at most 64 tokens");
  refused(scored(ids + R"(, "masks_behind": 1})", "arm"), 5,
          "reads nothing behind the continuation");
}

TEST_CASE("a suffix and BOS are recorded, and change what they should") {
  const test::TemporaryFolder folder;
  const auto plain = run(folder.path() / "plain", {"--model", base("mdm")});
  const auto eos = run(folder.path() / "eos", {"--model", base("mdm"), "--suffix", "eos"});
  const auto off = run(folder.path() / "off", {"--model", base("mdm"), "--bos", "off"});
  const auto settings = [](const Json& own) { return own.at("tasks").front().at("settings"); };
  CHECK_FALSE(settings(plain).contains("suffix"));
  CHECK_FALSE(settings(plain).contains("bos"));
  CHECK(settings(eos).at("suffix") == "eos");
  CHECK(settings(off).at("bos") == "off");
  CHECK(plain.at("model").at("bos") == "in front");
  CHECK(off.at("model").at("bos") == "none");
  // One token more in every row, and one less.
  const auto tokens = [](const Json& own) { return own.at("tasks").front().at("tokens"); };
  CHECK(tokens(eos) > tokens(plain));
  CHECK(tokens(off) < tokens(plain));
}

TEST_CASE("the presets of LLaDA and Dream are printed and used") {
  const test::TemporaryFolder folder;
  std::string said;
  const auto dream =
      run(folder.path() / "dream", {"--model", base("mdm"), "--preset", "dream"}, &said);
  CHECK(contains(said,
                 "preset dream, piqa: --estimator fixed-count --mc-samples 128 --cfg 0 --suffix "
                 "eos\n"));
  const auto of = [](const Json& own) { return own.at("tasks").front().at("settings"); };
  CHECK(of(dream).at("suffix") == "eos");
  CHECK(of(dream).at("estimator") == "fixed-count");
  CHECK(of(dream).at("mc_samples") == 128);
  const auto llada =
      run(folder.path() / "llada", {"--model", base("mdm"), "--preset", "llada"}, &said);
  CHECK(contains(said, "preset llada, piqa: --estimator fixed-count --mc-samples 128 --cfg 0.5\n"));
  CHECK(of(llada).at("cfg") == 0.5);
  CHECK_FALSE(of(llada).contains("suffix"));
  // Nothing of it is for an autoregressive model, and nothing of it stops one.
  run(folder.path() / "arm", {"--model", base("arm"), "--preset", "dream"}, &said);
  CHECK(contains(said, "skipped --estimator fixed-count --mc-samples 128 --cfg 0 --suffix eos"));
}

}  // namespace
}  // namespace smdm
