// --prompts with "parts": masks among texts, from the command line, and how they are encoded.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "harness/jobs/embedded.hpp"
#include "harness/run/canvas.hpp"
#include "models/text/tokenizer.hpp"
#include "tests/harness/task_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_model.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;
using Ids = std::vector<std::int64_t>;
using test::contains;

std::string base(const std::string& kind) {
  return (embedded_folder() / ("micro-base-" + kind)).string();
}

test::CommandResult prompted(const std::string& lines,
                             const Arguments& more = {},
                             const std::string& kind = "mdm") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "in.jsonl";
  test::write_file(file, lines);
  Arguments arguments = {"--prompts", file.string(), "--model", base(kind)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::smdm_eval(arguments);
}

/// The lines that come out.
std::vector<Json> answers(const std::string& lines, const Arguments& more = {}) {
  const auto result = prompted(lines, more);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return test::json_lines(result.out);
}

/// What the parts of a line's text are in ids, none of them with masks.
Ids encoded(const std::string& first, const std::vector<std::string>& others) {
  const auto tokenizer = open_tokenizer(embedded_folder() / "micro-base-mdm" / "tokenizer.model");
  auto ids = tokenizer->encode(first);
  for (const auto& other : others) {
    const auto more = tokenizer->tokens_inside(other);
    ids.insert(ids.end(), more.begin(), more.end());
  }
  return ids;
}

const std::string kFilled =
    R"({"id": 1, "parts": ["Ben got the plate and", {"mask": 3}, " bag. Later Ben sold", {"mask": 2}, "."]})";

}  // namespace

TEST_CASE("parts: masks are filled where they stand, and nothing is put before the later parts") {
  const auto line = answers(kFilled).at(0);
  const auto first = encoded("Ben got the plate and", {});
  const auto second = encoded("", {" bag. Later Ben sold"});
  const auto third = encoded("", {"."});
  auto ids = line.at("output_ids").get<Ids>();
  REQUIRE(ids.size() == first.size() + 3 + (second.size() - 1) + 2 + (third.size() - 1));
  CHECK(std::equal(first.begin(), first.end(), ids.begin()));
  const auto behind = ids.begin() + std::ssize(first) + 3;
  CHECK(std::equal(second.begin() + 1, second.end(), behind));
  CHECK(std::equal(third.begin() + 1, third.end(), behind + std::ssize(second) - 1 + 2));
  const auto text = line.at("text").get<std::string>();
  const auto middles = line.at("middles").get<std::vector<std::string>>();
  REQUIRE(middles.size() == 2);
  CHECK(text == "Ben got the plate and" + middles[0] + " bag. Later Ben sold" + middles[1] + ".");
  CHECK(middles[0].starts_with(' '));  // blanks of words stay
  CHECK(line.at("forwards").get<int>() > 0);
  CHECK_FALSE(line.contains("sample"));
  // The same in ids.
  const Json in_ids = {{"id", 1},
                       {"parts",
                        {first,
                         {{"mask", 3}},
                         Ids(second.begin() + 1, second.end()),
                         {{"mask", 2}},
                         Ids(third.begin() + 1, third.end())}}};
  CHECK(answers(in_ids.dump()).at(0) == line);
}

TEST_CASE("parts: masks in front have no BOS before them, an empty text in front has") {
  const auto lines = answers(R"({"id": 1, "parts": [{"mask": 4}, " bag."]})"
                             "\n"
                             R"({"id": 2, "parts": ["", {"mask": 4}, " bag."]})");
  const auto tail = encoded("", {" bag."});
  const auto bare = lines[0].at("output_ids").get<Ids>();
  const auto with_bos = lines[1].at("output_ids").get<Ids>();
  CHECK(bare.size() == 4 + tail.size() - 1);
  CHECK(with_bos.size() == 4 + tail.size());
  CHECK(with_bos.front() == tail.front());
  CHECK(bare.front() != tail.front());
}

TEST_CASE("parts: a text and masks behind it are a prompt with an answer of that length") {
  const std::string parts = R"({"id": 1, "parts": ["Ben got the plate and", {"mask": 6}]})";
  const std::string prompt = R"({"id": 1, "prompt": "Ben got the plate and"})";
  for (const std::string sampler : {"confidence", "llada", "margin", "threshold"}) {
    INFO(sampler);
    const Arguments settings = {"--sampler", sampler, "--cfg", "0.5"};
    auto with_length = settings;
    with_length.insert(with_length.end(), {"--gen-length", "6"});
    auto steps = settings;
    if (sampler != "threshold") steps.insert(steps.end(), {"--steps", "6"});
    const auto asked = answers(prompt, with_length).at(0);
    const auto filled = answers(parts, steps).at(0);
    CHECK(filled.at("output_ids") == asked.at("output_ids"));
    CHECK(filled.at("forwards") == asked.at("forwards"));
    CHECK(contains(filled.at("middles").at(0).get<std::string>(),
                   asked.at("text").get<std::string>()));
  }
}

TEST_CASE("parts: each line is as it is alone, and lengths are those of prompts") {
  const std::string prompt = R"({"id": 2, "prompt": "Later Ben"})";
  const auto filled = answers(kFilled).at(0);
  for (const Arguments& length :
       {Arguments{"--gen-length", "4"}, Arguments{"--total-length", "12"}}) {
    auto settings = length;
    settings.insert(settings.end(), {"--steps", "64"});
    const auto alone = answers(prompt, settings).at(0);
    const auto mixed = answers(kFilled + "\n" + prompt + "\n", settings);
    REQUIRE(mixed.size() == 2);
    CHECK(mixed[0] == filled);
    CHECK(mixed[1] == alone);
    CHECK_FALSE(mixed[1].contains("middles"));
    const auto refused = prompted(kFilled, length);
    CHECK(refused.code == 2);
    CHECK(contains(refused.err, length[0] + ": wanted lines with a \"prompt\""));
    CHECK(contains(refused.err, "got \"parts\" alone"));
  }
}

TEST_CASE("parts: several answers are drawn apart, the first as if it were the only one") {
  const Arguments settings = {"--temperature", "1.5"};
  auto several = settings;
  several.insert(several.end(), {"--samples", "6"});
  const auto one = answers(kFilled, settings).at(0);
  const auto all = answers(kFilled, several);
  REQUIRE(all.size() == 6);
  CHECK(all[0].at("output_ids") == one.at("output_ids"));
  std::set<Ids> different;
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(all[i].at("sample") == i);
    different.insert(all[i].at("output_ids").get<Ids>());
  }
  CHECK(different.size() > 2);
}

TEST_CASE("parts: stop texts end masks at the end alone") {
  const std::string front = R"({"id": 1, "parts": ["Ben got the plate", {"mask": 3}, " bag)";
  const auto open = front + R"( and the", {"mask": 12}]})";
  const auto whole = answers(open).at(0);
  const auto last = whole.at("middles").at(1).get<std::string>();
  REQUIRE(last.size() > 12);
  const auto stop = last.substr(last.size() / 2, 3);  // whatever the model says
  const auto stopped = answers(open, {"--stop", stop}).at(0);
  const auto kept = last.substr(0, last.find(stop));
  CHECK(stopped.at("middles").at(1) == kept);
  CHECK(stopped.at("middles").at(0) == whole.at("middles").at(0));
  const auto text = stopped.at("text").get<std::string>();
  CHECK(text.ends_with(" and the" + kept));
  CHECK(stopped.at("output_ids").size() < whole.at("output_ids").size());
  // Something stands behind the masks: whatever they become, all of it is there.
  const auto closed = front + R"( and the", {"mask": 12}, " end."]})";
  CHECK(answers(closed, {"--stop", stop}).at(0) == answers(closed).at(0));
}

TEST_CASE("parts that cannot be are named by file and line") {
  struct Bad {
    std::string fields;
    int code;
    std::string message;
  };
  const std::vector<Bad> bad = {
      {R"("parts": [])", 3, "field \"parts\": wanted a list of texts, lists of token ids and"},
      {R"("parts": "text")", 3, "field \"parts\": wanted a list of texts"},
      {R"("parts": ["a", "b"])", 3, "wanted at least one {\"mask\": N} to be filled"},
      {R"("parts": ["a", {"mask": 0}])", 3,
       R"(wanted a whole number of 1 or more as "mask", got {"mask":0})"},
      {R"("parts": ["a", {"mask": -2}])", 3, R"(1 or more as "mask", got {"mask":-2})"},
      {R"("parts": ["a", {"mask": 1.5}])", 3, R"(1 or more as "mask", got {"mask":1.5})"},
      {R"("parts": ["a", {"mask": 2.0}])", 3, R"(1 or more as "mask", got {"mask":2.0})"},
      {R"("parts": ["a", {"mask": "2"}])", 3, R"(1 or more as "mask", got {"mask":"2"})"},
      {R"("parts": ["a", {"mask": 1e400}])", 3, "1 or more as \"mask\""},
      {R"("parts": ["a", {}])", 3, R"(1 or more as "mask", got {})"},
      {R"("parts": ["a", {"maks": 2}])", 3, R"(wanted "mask" alone in a part, got {"maks":2})"},
      {R"("parts": ["a", {"mask": 2, "text": "b"}])", 3, R"(wanted "mask" alone in a part)"},
      {R"("parts": ["a", {"mask": 2}, 5])", 3,
       R"(wanted a text, a list of token ids or {"mask": N} as a part, got 5)"},
      {R"("parts": ["a", {"mask": 2}, null])", 3, "as a part, got null"},
      {R"("parts": ["a", {"mask": 2}, []])", 3, "as a part, got []"},
      {R"("parts": ["a", {"mask": 2}, ["b"]])", 3, R"(as a part, got ["b"])"},
      {R"("parts": ["a", {"mask": 2}], "prompt": "a")", 3,
       R"(wanted "prompt" or "parts", got both)"},
      {R"("parts": ["a", {"mask": 2}], "prompt_ids": [1])", 3,
       R"(wanted "prompt_ids" or "parts", got both)"},
      {R"("parts": ["a", {"mask": 2}, [3, 99999]])", 5, "part 2: token id 99999 is outside"},
      {R"("parts": ["a", {"mask": 9000000}])", 5, "parts: wanted at most "},
      {R"("parts": ["a", {"mask": 8999999999999999}, {"mask": 8999999999999999}])", 5,
       "parts: wanted at most "}};
  for (const auto& one : bad) {
    INFO(one.fields);
    const auto result = prompted(kFilled + "\n{\"id\": 2, " + one.fields + "}\n");
    CHECK(result.code == one.code);
    CHECK(contains(result.err, "in.jsonl:2: "));
    CHECK(contains(result.err, one.message));
    CHECK(result.out.empty());
  }
}

TEST_CASE("parts: an autoregressive model fills nothing") {
  const auto refused = prompted(kFilled, {}, "arm");
  CHECK(refused.code == 5);
  CHECK(contains(refused.err,
                 "in.jsonl:1: parts: wanted a masked diffusion model, got an autoregressive one"));
}

TEST_CASE("parts in ids need no tokenizer, and none of them shows the mask") {
  auto info = test::fake_masked_diffusion();
  info.objective = MaskedDiffusion{.mask_id = 3};  // a token like others
  Session session;
  session.model = std::make_unique<test::FakeModel>(info, test::scrambled_logits(2.0));
  const auto encoded = [&](const std::vector<PromptPart>& parts) {
    return encode_parts(parts, session, "f:1");
  };
  const auto refusal = [&](const std::vector<PromptPart>& parts) {
    return test::error_text<ErrorKind::request>([&] { return encoded(parts); });
  };
  const auto good = encoded({Ids{1, 2}, Gap{2}, Gap{1}, Ids{4}, Gap{1}});
  CHECK(good.canvas);
  CHECK(good.prompt == Ids{1, 2, 3, 3, 3, 4, 3});
  CHECK(contains(refusal({Ids{1, 2}, Gap{2}, Ids{4, 3}}), "f:1: part 2: token id 3 is the mask"));
  CHECK(contains(refusal({Gap{2}, Ids{8}}), "f:1: part 1: token id 8 is outside the vocabulary"));
  CHECK(refusal({Ids(60, 1), Gap{5}}) == "f:1: parts: wanted at most 64 tokens together, got 65");
  CHECK_NOTHROW(encoded({Ids(60, 1), Gap{4}}));
}

}  // namespace smdm
