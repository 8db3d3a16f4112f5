// The errors of every estimator and the rows of races on recorded losses of real questions, held
// against tests/golden/estimator_errors.json to the last digits: any change of an estimator is
// seen, whether it breaks a promise or not. `tools/approve --estimators` makes the file anew.
#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "evaluators/subsets/estimators.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/estimator_figures.hpp"
#include "tests/support/real_losses.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using nlohmann::ordered_json;
using test::Figure;

constexpr std::uint64_t kSeeds = 200;
constexpr std::uint64_t kManySeeds = 2000;

std::filesystem::path pinned_file() {
  return test::golden() / "estimator_errors.json";
}

/// A race takes as long as some hundred estimates.
std::uint64_t race_seeds(std::uint64_t seeds) {
  constexpr std::uint64_t kShare = 4;
  return seeds / kShare;
}

std::string key_of(std::uint64_t seeds) {
  return std::to_string(seeds) + " seeds, races " + std::to_string(race_seeds(seeds));
}

std::vector<Figure> measured(std::uint64_t seeds) {
  const auto questions = test::real_questions();
  auto figures = test::error_figures(questions, seeds);
  const auto races = test::race_figures(questions, race_seeds(seeds));
  figures.insert(figures.end(), races.begin(), races.end());
  return figures;
}

/// Figures are sums of a million terms in a fixed order: compilers and libraries of mathematics may
/// differ in the last bits of a term, and in no more.
void check_pinned(std::uint64_t seeds) {
  constexpr double kRounding = 1e-9;
  const auto pinned = ordered_json::parse(test::read_file(pinned_file())).at(key_of(seeds));
  const auto figures = measured(seeds);
  CHECK(pinned.size() == figures.size());
  for (const auto& figure : figures) {
    INFO(figure.name << ", of " << key_of(seeds)
                     << ". If the change is meant: tools/approve --estimators");
    REQUIRE(pinned.contains(figure.name));
    const double value = pinned.at(figure.name);
    CHECK(figure.value == Approx(value).epsilon(kRounding));
  }
}

TEST_CASE("exact sums of real losses are the values recorded beside them") {
  const auto questions = test::real_questions();
  REQUIRE(questions.size() == 13);
  std::map<std::string, std::size_t> targets;
  for (const auto& question : questions) {
    for (std::size_t k = 0; k < question.tables.size(); ++k) {
      const auto& table = question.tables[k];
      INFO("question " << question.number << ", choice " << k);
      const auto listed = table.run(*exact_sum(table.length(), {}));
      CHECK(-listed.loss == Approx(question.recorded[k]).margin(1e-6));
      CHECK(question.exact[k] == Approx(question.recorded[k]).margin(1e-6));
      targets[question.task] += 1;
    }
  }
  CHECK(targets ==
        std::map<std::string, std::size_t>{{"arc_easy", 20}, {"social_iqa", 12}, {"piqa", 8}});
}

TEST_CASE("estimators err on real questions as they did, and races spend as many rows") {
  check_pinned(kSeeds);
}
TEST_CASE("estimators err and races spend as they did, over many seeds", "[.long]") {
  check_pinned(kManySeeds);
}

/// Whether a figure that should be small grew by more than other draws explain.
bool is_worse(const Figure& figure, double before) {
  constexpr double kFactor = 1.05;
  constexpr double kShare = 0.005;
  switch (figure.better) {
    case test::Better::smaller:
      return figure.value > kFactor * before;
    case test::Better::smaller_share:
      return figure.value > before + kShare;
    case test::Better::neither:
      return false;
  }
  return false;
}

/// How many of the figures are no longer what is pinned, and how many of them are worse.
struct Changes {
  std::size_t changed = 0;
  std::size_t worse = 0;
};

/// Prints a figure beside what was pinned.
void show(const Figure& figure, const ordered_json& pinned, Changes& changes) {
  constexpr int kName = 44;
  constexpr int kNumber = 12;
  std::cout << std::left << std::setw(kName) << figure.name << std::right << std::setprecision(6);
  const auto old = pinned.find(figure.name);
  if (old == pinned.end()) {
    changes.changed += 1;
    std::cout << std::setw(kNumber) << "-" << std::setw(kNumber) << figure.value << "  new\n";
    return;
  }
  const double before = *old;
  const bool worse = is_worse(figure, before);
  changes.changed += before == figure.value ? 0 : 1;
  changes.worse += worse ? 1 : 0;
  const auto ratio = before == figure.value ? 1.0 : figure.value / before;
  std::cout << std::setw(kNumber) << before << std::setw(kNumber) << figure.value
            << std::setw(kNumber) << ratio << (worse ? "  WORSE" : "") << "\n";
}

// Run by tools/approve alone, with SMDM_APPROVE: `better` writes the file unless a figure is worse,
// `worse` writes it all the same, `check` never. All of them show every figure, old and new.
TEST_CASE("pinned figures are made anew", "[.regenerate]") {
  const auto* variable = std::getenv("SMDM_APPROVE");
  const std::string approve = variable == nullptr ? "check" : variable;
  const auto old = std::filesystem::exists(pinned_file())
                       ? ordered_json::parse(test::read_file(pinned_file()))
                       : ordered_json::object();
  ordered_json made;
  Changes changes;
  for (const auto seeds : {kSeeds, kManySeeds}) {
    const auto key = key_of(seeds);
    const auto pinned = old.value(key, ordered_json::object());
    std::cout << "\n" << key << ": name, before, now, ratio\n";
    for (const auto& figure : measured(seeds)) {
      show(figure, pinned, changes);
      made[key][figure.name] = figure.value;
    }
  }
  std::cout << std::endl;
  if (approve == "check") {
    CHECK(changes.changed == 0);
    return;
  }
  INFO("figures are worse, so nothing was written; --estimators --worse approves them");
  REQUIRE((changes.worse == 0 || approve == "worse"));
  test::write_file(pinned_file(), made.dump(2) + "\n");
}

}  // namespace
}  // namespace smdm
