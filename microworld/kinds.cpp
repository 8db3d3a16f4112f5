#include "microworld/kinds.hpp"

#include <algorithm>

#include "microworld/different.hpp"
#include "microworld/forms.hpp"

namespace smdm::microworld {
namespace {

/// Draws that come to nothing new before a list is given up.
constexpr std::size_t kMostInVain = 10'000;

/// Draws the words around a key until the context belongs to the split.
Problem problem_of_split(const World& world,
                         const Kind& kind,
                         const Form* form,
                         std::size_t key,
                         Split split,
                         Draws& draws) {
  for (;;) {
    Problem problem = kind.problem(world, form, key, draws);
    if (split_of(world.seed, problem.context) == split) return problem;
  }
}

/// Puts the rumoured value into the answer.
void tell_rumour(const World& world, const Form& form, std::size_t key, Problem& problem) {
  const RelationTable& table = world.table(form.relation);
  const auto truth = world.value({.relation = form.relation, .key = key});
  problem.answer.replace(problem.answer.find(truth), truth.size(),
                         table.values[table.rumour_of[key]]);
}

std::size_t keys_of(const World& world, const Form& form) {
  return world.table(form.relation).keys.size();
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kKinds = {
      arc_easy_kind(),   boolq_kind(), hellaswag_kind(), lambada_kind(),
      openbookqa_kind(), piqa_kind(),  race_kind(),      social_iqa_kind(),
  };
  return kKinds;
}

std::string text_of(const Problem& problem) {
  return problem.context + " " + problem.answer;
}

std::vector<Problem> solved_problems(const World& world,
                                     std::size_t number,
                                     Split split,
                                     std::size_t rows) {
  const Kind& kind = kinds().at(number);
  const Stream stream = split == Split::training ? Stream::training : Stream::validation;
  const std::size_t forms = kind.forms.size();
  const std::size_t keys = forms == 0 ? 0 : keys_of(world, kind.forms.front());
  const std::size_t told_anyway = split == Split::training ? kLeastTellings * forms * keys : 0;
  const ZipfRanks ranks(std::max<std::size_t>(keys, 1), kind.exponent);
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < rows; ++i) {
    Draws draws(world.seed, stream, number, i);
    const Form* form = nullptr;
    std::size_t key = 0;
    bool rumour = false;
    if (i < told_anyway) {
      form = &kind.forms[i % forms];
      key = i / forms % keys;
    } else if (forms > 0) {
      form = &draws.pick(kind.forms);
      key = world.table(form->relation).key_by_rank[ranks.draw(draws)];
      rumour = draws.below(100) < kind.rumour_percent;
    }
    problems.push_back(problem_of_split(world, kind, form, key, split, draws));
    if (rumour) tell_rumour(world, *form, key, problems.back());
  }
  return problems;
}

std::vector<std::string> solved_texts(const World& world,
                                      std::size_t number,
                                      Split split,
                                      std::size_t rows) {
  std::vector<std::string> texts;
  for (const Problem& problem : solved_problems(world, number, split, rows))
    texts.push_back(text_of(problem));
  return texts;
}

std::vector<Problem> test_problems(const World& world, std::size_t number, std::size_t count) {
  const Kind& kind = kinds().at(number);
  const std::size_t forms = kind.forms.size();
  std::vector<Problem> problems;
  DifferentTexts contexts(std::string(kind.task), count, kMostInVain);
  for (std::size_t i = 0; problems.size() < count; ++i) {
    Draws draws(world.seed, Stream::test, number, i);
    const Form* form = forms == 0 ? nullptr : &kind.forms[i % forms];
    const std::size_t key = forms == 0 ? 0 : i / forms % keys_of(world, *form);
    Problem problem = problem_of_split(world, kind, form, key, Split::test, draws);
    if (contexts.add(problem.context)) problems.push_back(std::move(problem));
  }
  return problems;
}

std::vector<Json> test_rows(const World& world, std::size_t number, std::size_t count) {
  const Kind& kind = kinds().at(number);
  auto problems = test_problems(world, number, count);
  Draws draws(world.seed, Stream::order, number, 0);
  draws.shuffle(problems);
  std::vector<Json> rows;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    std::vector<std::string> choices = problems[i].wrong;
    const std::size_t gold = i % (choices.size() + 1);
    choices.insert(choices.begin() + static_cast<std::ptrdiff_t>(gold), problems[i].answer);
    rows.push_back(kind.row(problems[i], choices, gold, i));
  }
  draws.shuffle(rows);
  return rows;
}

}  // namespace smdm::microworld
