// Waiting lines: what they look like, what is right about them, and that chance is fair.
#include "microworld/lines.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <utility>

#include "microworld/arithmetic.hpp"
#include "tests/microworld/made_world.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

using microworld::line_rows;
using microworld::Split;

constexpr std::uint64_t kSeed = 5;

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> all;
  std::string word;
  for (const char letter : text + " ") {
    if (letter != ' ') {
      word += letter;
    } else if (!word.empty()) {
      all.push_back(std::exchange(word, {}));
    }
  }
  return all;
}

/// The document that a training prompt asks about.
Json document_of(const std::string& prompt) {
  constexpr std::string_view kBegin = "Line: ";
  return {{"names", words(prompt.substr(kBegin.size(), prompt.find('.') - kBegin.size()))}};
}

}  // namespace

TEST_CASE("a test row is six different names, and no two rows are the same") {
  const auto rows = line_rows(kSeed, Split::test, 2000);
  std::set<std::string> seen;
  for (const auto& row : rows) {
    CHECK(row.size() == 1);
    const auto names = row.at("names").get<std::vector<std::string>>();
    CHECK(names.size() == microworld::kLineNames);
    CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
    seen.insert(row.dump());
  }
  CHECK(seen.size() == 2000);
  const auto first = line_rows(kSeed, Split::test, 300);
  CHECK(std::equal(first.begin(), first.end(), rows.begin()));
  CHECK(line_rows(kSeed, Split::test, 300) == first);
  CHECK(line_rows(kSeed + 1, Split::test, 300) != first);
}

TEST_CASE("training asks what the tasks ask, and answers rightly") {
  const std::vector<std::string> names = {"line_copy", "line_reverse", "line_shuffle"};
  const auto rows = line_rows(kSeed, Split::training, 300);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto task = test::task_named(names[i % names.size()]);
    const auto& prompt = rows[i].at("prompt").get_ref<const std::string&>();
    const auto& answer = rows[i].at("answer").get_ref<const std::string&>();
    const auto asked = std::get<Prompt>(ask(task, document_of(prompt)));
    INFO(prompt << answer);
    CHECK(asked.text == prompt);
    CHECK(answer.starts_with(' '));
    CHECK(std::get<OpenAnswer>(task).score(answer, asked.reference) == std::vector<double>{1.0});
  }
}

TEST_CASE("shuffled names come in every order and stand in every place equally often") {
  constexpr int kRows = 9000;
  const auto rows = line_rows(kSeed, Split::training, 3 * kRows);
  std::map<std::pair<std::size_t, std::size_t>, int> moved;  // from one place to another
  int unchanged = 0;
  for (std::size_t i = 2; i < rows.size(); i += 3) {
    const auto given =
        document_of(rows[i].at("prompt")).at("names").get<std::vector<std::string>>();
    const auto answer = words(rows[i].at("answer"));
    if (answer == given) ++unchanged;
    for (std::size_t to = 0; to < answer.size(); ++to) {
      const auto from = std::ranges::find(given, answer[to]) - given.begin();
      ++moved[{static_cast<std::size_t>(from), to}];
    }
  }
  CHECK(moved.size() == microworld::kLineNames * microworld::kLineNames);
  for (const auto& [places, count] : moved) CHECK(count == Approx(kRows / 6.0).epsilon(0.12));
  CHECK(unchanged > 0);  // one of 720: the order given is as good as another
}

TEST_CASE("more arithmetic than there is ends with an error") {
  const auto text = test::error_text<ErrorKind::usage>(
      [] { return microworld::word_problems(kSeed, Split::test, 100'000); });
  CHECK(test::contains(text, "wanted 100000 different test problems, got "));
  const auto many = microworld::word_problems(kSeed, Split::test, 2000);
  CHECK(many.size() == 2000);
  const auto few = microworld::word_problems(kSeed, Split::test, 300);
  CHECK(std::ranges::equal(few, many | std::views::take(300), {},
                           &microworld::WordProblem::question, &microworld::WordProblem::question));
}

}  // namespace smdm
