// Lines of names: what is asked, what is right, and how often parallel draws can be.
#include <cmath>

#include "tasks/answers/permutation.hpp"
#include "tasks/ask/catalog.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

using Counts = std::vector<std::size_t>;
using Right = std::vector<double>;

const Json kLine = {{"names", {"Ann", "Ben", "Cleo"}}};

/// The chance of a permutation, by going through everything that the draws can be.
/// @param left  names that stand nowhere yet
/// @param step  which is drawn next
double enumerated_chance(const std::vector<char>& left, const Counts& revealed, std::size_t step) {
  if (step == revealed.size()) return 1.0;
  std::size_t combinations = 1;
  for (std::size_t i = 0; i < revealed[step]; ++i) combinations *= left.size();
  double sum = 0.0;
  for (std::size_t drawn = 0; drawn < combinations; ++drawn) {
    auto rest = left;
    auto digits = drawn;
    for (std::size_t i = 0; i < revealed[step]; ++i, digits /= left.size())
      std::erase(rest, left[digits % left.size()]);
    const bool all_differ = rest.size() + revealed[step] == left.size();
    if (all_differ) sum += enumerated_chance(rest, revealed, step + 1);
  }
  return sum / static_cast<double>(combinations);
}

std::string fault_of(const Json& document) {
  return test::error_text<ErrorKind::data>([&] { return ask(Task(line_copy()), document); });
}

}  // namespace

TEST_CASE("a line is to be copied, reversed, or brought into any order") {
  CHECK(line_copy().parse(kLine).text == "Line: Ann Ben Cleo. Copy:");
  CHECK(line_reverse().parse(kLine).text == "Line: Ann Ben Cleo. Reverse:");
  CHECK(line_shuffle().parse(kLine).text == "Line: Ann Ben Cleo. Shuffle:");
  CHECK(line_copy().parse(kLine).reference == "Ann Ben Cleo");
  CHECK(line_reverse().parse(kLine).reference == "Cleo Ben Ann");
  CHECK(line_shuffle().parse(kLine).reference == "Ann Ben Cleo");
  const auto row = Json{{"names", {"Ann", "Ben"}}, {"more", 1}};
  CHECK(line_copy().info.dataset.to_document(row) == Json{{"names", {"Ann", "Ben"}}});
  const std::vector<std::string> group = {"line"};
  CHECK(find_tasks(group).size() == 3);
}

TEST_CASE("a copy and a reversed line are right as they are, a shuffled one in any order") {
  const std::string reversed = "Cleo Ben Ann";
  CHECK(line_reverse().score(" Cleo Ben Ann", reversed) == Right{1.0});
  CHECK(line_reverse().score("Cleo Ben Ann\n", reversed) == Right{1.0});
  for (const auto* wrong : {"Ann Ben Cleo", "Cleo Ben", "Cleo Ben Ann Ann", "Cleo  Ben Ann", "",
                            "Cleo, Ben, Ann", "cleo Ben Ann", "Cleo Ben Ann."}) {
    INFO(wrong);
    CHECK(line_copy().score(wrong, reversed) == Right{0.0});
    CHECK(line_reverse().score(wrong, reversed) == Right{0.0});
  }
  const std::string given = "Ann Ben Cleo";
  for (const auto* right : {"Ann Ben Cleo", " Ann Cleo Ben", "Ben Ann Cleo", "Ben Cleo Ann",
                            "Cleo Ann Ben ", "Cleo Ben Ann"}) {
    INFO(right);
    CHECK(line_shuffle().score(right, given) == Right{1.0});
  }
  for (const auto* wrong : {"Ann Ann Cleo", "Ann Ben", "Ann Ben Cleo Ben", "Ann Ben Dan", "",
                            "Ann  Ben Cleo", "AnnBen Cleo", "Ann, Ben, Cleo"}) {
    INFO(wrong);
    CHECK(line_shuffle().score(wrong, given) == Right{0.0});
  }
  CHECK(line_shuffle().extract(" Ben Ann\n") == "Ben Ann");
}

TEST_CASE("lines whose names could not be told apart are refused") {
  CHECK(test::contains(fault_of({{"names", Json::array()}}), "to hold different names, got 0"));
  CHECK(test::contains(fault_of({{"names", {"Ann", "Ben", "Ann"}}}), "got 3 of which 2 differ"));
  CHECK(test::contains(fault_of({{"names", {"Ann Ben", "Dan"}}}), "words without blanks"));
  CHECK(test::contains(fault_of({{"names", {"Ann", ""}}}), "words without blanks"));
  CHECK(test::contains(fault_of({{"names", "Ann"}}), "names"));
  CHECK(test::contains(fault_of({{"list", {"Ann"}}}), "names"));
}

TEST_CASE("the chance of a permutation is that of all draws gone through") {
  for (const auto& revealed :
       {Counts{5}, Counts{1, 4}, Counts{4, 1}, Counts{2, 2, 1}, Counts{3, 2}, Counts{2, 3},
        Counts{1, 1, 3}, Counts{1, 2, 2}, Counts{1, 1, 1, 1, 1}}) {
    CHECK(permutation_chance(5, revealed) ==
          Approx(enumerated_chance({'a', 'b', 'c', 'd', 'e'}, revealed, 0)).epsilon(1e-12));
  }
  for (std::size_t names = 1; names <= 8; ++names) {
    const auto all = static_cast<double>(names);
    const auto at_once = std::exp(std::lgamma(all + 1.0) - all * std::log(all));  // n! / n^n
    CHECK(permutation_chance(names, Counts{names}) == Approx(at_once).epsilon(1e-12));
    CHECK(permutation_chance(names, Counts(names, 1)) == 1.0);
  }
  CHECK(permutation_chance(6, Counts{2, 2, 2}) == Approx(5.0 / 6 * 3 / 4 * 1 / 2));
  CHECK_THROWS_AS(permutation_chance(3, Counts{2}), std::invalid_argument);
  CHECK_THROWS_AS(permutation_chance(3, Counts{2, 2}), std::invalid_argument);
  CHECK_THROWS_AS(permutation_chance(3, Counts{3, 0}), std::invalid_argument);
}

TEST_CASE("a limit is known where every name is a token") {
  const Counts halves = {2, 2};
  CHECK(line_copy().limit("a b c d", halves) == 1.0);
  CHECK(line_reverse().limit("a b c d", Counts{4}) == 1.0);
  CHECK(line_shuffle().limit("a b c d", halves) == 0.375);
  CHECK(line_shuffle().limit("a b c d", Counts{1, 1, 1, 1}) == 1.0);
  CHECK_FALSE(line_shuffle().limit("a b c d", Counts{2, 2, 2}).has_value());
}

}  // namespace smdm
