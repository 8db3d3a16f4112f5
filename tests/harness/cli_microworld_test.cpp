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

TEST_CASE("command lines that cannot be") {
  const test::TemporaryFolder folder;
  const auto target = (folder.path() / "world").string();
  check_error({"microworld"}, kUsage, "--output");
  check_error({"microworld", "--seed", "-1", "--output", target}, kUsage, "--seed");
  check_error({"microworld", "--seed", "4294967296", "--output", target}, kUsage, "--seed");
  check_error({"microworld", "--seed", "one", "--output", target}, kUsage, "--seed");
  CHECK(entries_of(folder.path()) == 0);
}

}  // namespace smdm
