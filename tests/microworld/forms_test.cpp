// The kinds of questions speak in the words of the benchmarks: what training says is the prompt
// that the task makes of the row, and the answer behind it.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "base/error.hpp"
#include "microworld/arithmetic.hpp"
#include "microworld/files.hpp"
#include "microworld/fill.hpp"
#include "microworld/kinds.hpp"
#include "tests/microworld/made_world.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm::microworld {

TEST_CASE("every kind's context and answer are those that its task makes of its row") {
  const test::MadeWorld made(3);
  const World world = make_world(3);
  for (std::size_t i = 0; i < kinds().size(); ++i) {
    const std::string name(kinds()[i].task);
    const Task task = test::task_named(name);
    std::map<std::string, std::string> wanted;
    for (const Problem& problem : test_problems(world, i, kinds()[i].items)) {
      wanted.emplace(problem.context, problem.answer);
    }
    const auto documents = made.documents(task);
    CHECK(documents.size() == wanted.size());
    for (const auto& document : documents) {
      std::string context;
      std::string answer;
      if (const auto* choice = std::get_if<MultipleChoice>(&task)) {
        const Question question = choice->parse(document);
        context = question.context;
        answer = question.choices.at(question.gold);
      } else {
        const Request request = std::get<Cloze>(task).parse(document);
        context = request.context;
        answer = request.continuation.substr(1);
      }
      INFO(name << ": " << context);
      REQUIRE(wanted.contains(context));
      CHECK(wanted.at(context) == answer);
    }
  }
}

TEST_CASE("more questions than facts ask for every fact again, in other words") {
  const World world = make_world(3);
  for (std::size_t i = 0; i < kinds().size(); ++i) {
    const Kind& kind = kinds()[i];
    INFO(kind.task);
    const std::size_t count = 3 * kind.items;
    const auto problems = test_problems(world, i, count);
    REQUIRE(problems.size() == count);
    std::set<std::string> contexts;
    for (const Problem& problem : problems) contexts.insert(problem.context);
    CHECK(contexts.size() == count);
    const auto usual = test_problems(world, i, kind.items);
    for (std::size_t k = 0; k < usual.size(); ++k) CHECK(problems[k].context == usual[k].context);
    if (kind.forms.empty()) continue;
    // Of each answer three times as many, but for the few questions that were drawn twice.
    std::map<std::string, int> answers;
    for (const Problem& problem : problems) ++answers[problem.answer];
    for (const Problem& problem : usual) answers[problem.answer] -= 3;
    for (const auto& [answer, more] : answers) CHECK(std::abs(more) <= 8);
  }
}

TEST_CASE("a world has only so many different questions") {
  const World world = make_world(3);
  const auto text =
      test::error_text<Error>([&] { return test_problems(world, 0, std::size_t{10'000'000}); });
  CHECK(test::contains(text, "arc_easy: wanted 10000000 different test problems, got "));
  const auto arithmetic =
      test::error_text<Error>([] { return word_problems(0, Split::test, 10'000); });
  CHECK(test::contains(arithmetic, "gsm8k: wanted 10000 different test problems, got "));
}

TEST_CASE("reversal facts are read as the reference's files are, and can be ranked") {
  const test::MadeWorld made(3);
  for (const char* name : {"reverse_curse_d2n", "reverse_curse_n2d", "reverse_curse_d2n_reverse",
                           "reverse_curse_n2d_reverse"}) {
    const auto task = std::get<OpenAnswer>(test::task_named(name));
    CHECK(made.documents(task).size() == 45);
    const MultipleChoice probe = task.likelihood_probe();
    const auto documents = made.documents(probe);
    CHECK(documents.size() == 45);
    for (const auto& document : documents) CHECK(probe.parse(document).choices.size() == 15);
  }
}

TEST_CASE("dated documents are read as a corpus of 24 months") {
  const test::MadeWorld made(3);
  const auto task = test::task_named("temporal_shift");
  CHECK(made.documents(task).size() == 24 * 60);
}

TEST_CASE("training texts are in the same forms") {
  const World world = make_world(3);
  for (std::size_t i = 0; i < kinds().size(); ++i) {
    const Problem example = test_problems(world, i, kinds()[i].items).front();
    for (const std::string& text : solved_texts(world, i, Split::training, 50)) {
      INFO(text);
      const std::size_t lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
      CHECK(lines == static_cast<std::size_t>(std::ranges::count(example.context, '\n')));
      CHECK(text.find('{') == std::string::npos);
    }
  }
}

TEST_CASE("a row does not depend on how many there are") {
  const World world = make_world(4);
  const auto few = solved_texts(world, 0, Split::training, 10);
  const auto many = solved_texts(world, 0, Split::training, 100);
  CHECK(std::vector<std::string>(many.begin(), many.begin() + 10) == few);
}

TEST_CASE("keys that are told often are told more often than others") {
  const World world = make_world(5);
  const Kind& kind = kinds().at(0);
  const RelationTable& table = world.table(kind.forms.at(0).relation);
  std::map<std::string, int> told;
  for (const std::string& text : solved_texts(world, 0, Split::training, 4000)) {
    const auto found = test::groups(text, R"(Question: What does the \w+ (\w+) of[^]*)");
    if (!found.empty()) ++told[found[0]];
  }
  const auto count = [&](std::size_t rank) {
    return told[std::string(table.keys[table.key_by_rank[rank]])];
  };
  CHECK(count(0) > count(9));
  CHECK(count(0) + count(1) > count(80) + count(81) + 20);
}

namespace {

/// The form as a regular expression that finds the key in a text.
std::regex expression_of(const Form& form) {
  std::string expression = "[^]*?";
  const std::string_view pattern = form.pattern;
  bool captured = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern.substr(at).starts_with("{key}")) {
      expression += captured ? "\\1" : "(\\w+)";
      captured = true;
    } else if (pattern[at] == '{') {
      expression += "[\\w ]+";
    } else if (pattern[at] == '\n') {
      expression += "[^]*";
    } else {
      const bool plain = std::isalnum(static_cast<unsigned char>(pattern[at])) != 0;
      if (!plain && pattern[at] != ' ') expression += '\\';
      expression += pattern[at];
    }
    if (pattern[at] == '{') at = pattern.find('}', at);
  }
  return std::regex(expression + "[^]*", std::regex::icase);
}

}  // namespace

TEST_CASE("training tells every fact that is asked, rare ones too") {
  const World world = make_world(6);
  for (std::size_t i = 0; i < kinds().size(); ++i) {
    const Kind& kind = kinds()[i];
    if (kind.forms.empty()) continue;
    const auto training = solved_texts(world, i, Split::training, kLeastTellings * kind.items);
    for (const Form& form : kind.forms) {
      const std::regex expression = expression_of(form);
      std::map<std::string, std::size_t> tellings;
      for (const std::string& text : training) {
        std::smatch match;
        if (std::regex_match(text, match, expression)) ++tellings[match[1].str()];
      }
      for (const auto key : world.table(form.relation).keys) {
        INFO(form.pattern << ": " << key);
        CHECK(tellings[std::string(key)] == kLeastTellings);
      }
    }
  }
}

TEST_CASE("rumours are told as often as promised, never at first, never in a test") {
  const World world = make_world(6);
  const auto is_rumour = [](const Problem& one) {
    return std::ranges::find(one.wrong, one.answer) != one.wrong.end();
  };
  for (std::size_t i = 0; i < kinds().size(); ++i) {
    const Kind& kind = kinds()[i];
    if (kind.forms.empty()) continue;
    INFO(kind.task);
    const auto problems = solved_problems(world, i, Split::training, kind.rows);
    const auto first = static_cast<std::ptrdiff_t>(kLeastTellings * kind.items);
    CHECK(std::none_of(problems.begin(), problems.begin() + first, is_rumour));
    CHECK(std::ranges::none_of(test_problems(world, i, kinds()[i].items), is_rumour));
    const auto others = static_cast<double>(problems.end() - problems.begin() - first);
    const double share = static_cast<double>(std::ranges::count_if(problems, is_rumour)) / others;
    const double wanted = static_cast<double>(kind.rumour_percent) / 100.0;
    CHECK(std::abs(share - wanted) <= 5.0 * std::sqrt(wanted * (1.0 - wanted) / others));
  }
}

TEST_CASE("patterns need a filler for each name") {
  CHECK(fill("{a} and {b}, {a}", {{"a", "x"}, {"b", "y"}}) == "x and y, x");
  CHECK(fill("none", {}) == "none");
  CHECK(test::contains(
      test::error_text<std::invalid_argument>([] { return fill("{c}", {{"a", "x"}}); }), "{c}"));
  CHECK(test::contains(test::error_text<std::invalid_argument>([] { return fill("x {open", {}); }),
                       "open"));
  CHECK(capitalized("the end") == "The end");
  CHECK(capitalized("") == "");
}

}  // namespace smdm::microworld
