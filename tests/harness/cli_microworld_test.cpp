// `smdm-eval microworld` as a user starts it.
#include <filesystem>
#include <map>

#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;

constexpr int kUsage = 2;
constexpr int kResults = 6;

std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files.emplace(fs::relative(entry.path(), folder).string(), test::read_file(entry.path()));
  }
  return files;
}

std::size_t entries_of(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

void check_error(const std::vector<std::string>& arguments, int code, const std::string& part) {
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  CHECK(result.code == code);
  CHECK(result.out.empty());
  REQUIRE(!test::lines_of(result.err).empty());
  CHECK(contains(test::lines_of(result.err).back(), "smdm-eval: error: "));
  CHECK(contains(test::lines_of(result.err).back(), part));
}

}  // namespace

TEST_CASE("a world is written whole, and twice the same") {
  const test::TemporaryFolder folder;
  const auto first = folder.path() / "first";
  const auto second = folder.path() / "new" / "second";
  fs::create_directory(first);  // an empty folder may be there
  for (const auto& target : {first, second}) {
    const auto result =
        test::smdm_eval({"microworld", "--seed", "7", "--output", target.string() + "/"});
    INFO(result.err);
    CHECK(result.code == 0);
    CHECK(result.out.empty());
    CHECK(contains(result.err, "training/base: 60"));
  }
  const auto files = files_below(first);
  CHECK(files == files_below(second));
  CHECK(files.contains("training/gsm8k/train.jsonl"));
  CHECK(files.contains("training/reverse/tokenizer.model"));
  CHECK(files.contains("data/hellaswag/validation.jsonl"));
  CHECK(files.contains("data/reversal_curse/microworld/p2d_reverse_prompts_test.jsonl"));
  CHECK(files.contains("data/temporal_arxiv/2024-12.jsonl"));
  CHECK(entries_of(folder.path()) == 2);
}

TEST_CASE("what exists is never overwritten, and nothing is left behind") {
  const test::TemporaryFolder folder;
  const auto used = folder.path() / "used";
  fs::create_directory(used);
  test::write_file(used / "notes.txt", "mine");
  check_error({"microworld", "--output", used.string()}, kResults, "new or empty folder");
  check_error({"microworld", "--output", (used / "notes.txt").string()}, kResults,
              "new or empty folder");
  check_error({"microworld", "--output", (used / "notes.txt" / "world").string()}, kResults,
              "notes.txt");
  CHECK(test::read_file(used / "notes.txt") == "mine");
  CHECK(entries_of(used) == 1);
  CHECK(entries_of(folder.path()) == 1);
}

TEST_CASE("as many rows as are asked for, of the same world") {
  const test::TemporaryFolder folder;
  const auto made = [&](const std::string& name, std::vector<std::string> more) {
    const auto target = folder.path() / name;
    more.insert(more.begin(), {"microworld", "--output", target.string()});
    const auto result = test::smdm_eval(more);
    INFO(result.err);
    REQUIRE(result.code == 0);
    return target;
  };
  const auto lines = [](const fs::path& file) { return test::lines_of(test::read_file(file)); };
  const auto few = made("few", {"--training-rows", "3000"});
  const auto many = made("many", {"--training-rows", "66000", "--rows", "500"});
  const auto usual = made("usual", {});
  const fs::path training = fs::path("training") / "base";
  CHECK(lines(few / training / "train.jsonl").size() == 3000);
  CHECK(lines(many / training / "train.jsonl").size() == 66000);
  // Validation grows with training; the tokenizer of a longer corpus is that of the usual one.
  CHECK(lines(many / training / "validation.jsonl").size() == 1096);
  CHECK(test::read_file(few / training / "validation.jsonl") ==
        test::read_file(usual / training / "validation.jsonl"));
  CHECK(test::read_file(many / training / "tokenizer.model") ==
        test::read_file(usual / training / "tokenizer.model"));
  CHECK(test::read_file(many / "world.json") == test::read_file(usual / "world.json"));
  for (const auto* const file :
       {"arc_easy/test.jsonl", "boolq/validation.jsonl", "hellaswag/validation.jsonl",
        "lambada_standard/test.jsonl", "openbookqa/test.jsonl", "piqa/validation.jsonl",
        "race/test.jsonl", "social_iqa/validation.jsonl", "gsm8k/test.jsonl", "line/test.jsonl"}) {
    INFO(file);
    CHECK(lines(many / "data" / file).size() == 500);
  }
  CHECK(test::read_file(many / "data" / "infill" / "test.jsonl") ==
        test::read_file(usual / "data" / "infill" / "test.jsonl"));
}

TEST_CASE("command lines that cannot be") {
  const test::TemporaryFolder folder;
  const auto target = (folder.path() / "world").string();
  check_error({"microworld"}, kUsage, "--output");
  check_error({"microworld", "--seed", "-1", "--output", target}, kUsage, "--seed");
  check_error({"microworld", "--seed", "4294967296", "--output", target}, kUsage, "--seed");
  check_error({"microworld", "--seed", "one", "--output", target}, kUsage, "--seed");
  check_error({"microworld", "--training-rows", "999", "--output", target}, kUsage,
              "--training-rows: wanted 1000 to 10000000, got 999");
  CHECK(entries_of(folder.path()) == 0);
}

}  // namespace smdm
