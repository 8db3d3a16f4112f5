#include "microworld/arithmetic.hpp"

#include <cstdlib>

#include "microworld/different.hpp"
#include "microworld/fill.hpp"
#include "microworld/words.hpp"

namespace smdm::microworld {
namespace {

constexpr std::size_t kPeople = 12;        // the first names alone
constexpr std::size_t kMostInVain = 1000;  // draws of problems that are there already

Chain draw_chain(std::size_t steps, Draws& draws) {
  Chain chain{.start = 2 + static_cast<int>(draws.below(8)), .steps = {}};
  int sum = chain.start;
  for (std::size_t i = 0; i < steps; ++i) {
    const bool gain = sum == 0 || draws.below(2) == 0;
    const int most = gain || sum > 9 ? 9 : sum;
    const int size = 1 + static_cast<int>(draws.below(static_cast<std::size_t>(most)));
    chain.steps.push_back(gain ? size : -size);
    sum += chain.steps.back();
  }
  return chain;
}

/// Text that says which split the chain belongs to, whoever counts what.
std::string chain_key(const Chain& chain) {
  std::string key = "chain " + std::to_string(chain.start);
  for (const int step : chain.steps) key.append(" ").append(std::to_string(step));
  return key;
}

WordProblem tell(Chain chain, Draws& draws) {
  const std::size_t person = draws.below(kPeople);
  WordProblem problem{.chain = std::move(chain), .question = {}, .equations = {}, .result = 0};
  problem.question =
      fill("{name} has {count} {things}.", {{"name", kNames[person]},
                                            {"count", std::to_string(problem.chain.start)},
                                            {"things", draws.pick(kThings)}});
  int sum = problem.chain.start;
  for (const int step : problem.chain.steps) {
    const std::string size = std::to_string(std::abs(step));
    problem.question += fill(" {who} {does} {size}.",
                             {{"who", person % 2 == 0 ? "She" : "He"},
                              {"does", step > 0 ? draws.pick(kGains) : draws.pick(kLosses)},
                              {"size", size}});
    problem.equations.push_back(std::to_string(sum) + (step > 0 ? "+" : "-") + size + "=" +
                                std::to_string(sum + step));
    sum += step;
  }
  problem.question += " How many now?";
  problem.result = sum;
  return problem;
}

std::string joined(const WordProblem& problem, char between) {
  std::string text;
  for (const std::string& equation : problem.equations) text += equation + between;
  return text + "#### " + std::to_string(problem.result);
}

}  // namespace

std::vector<WordProblem> word_problems(std::uint64_t seed, Split split, std::size_t count) {
  std::vector<WordProblem> problems;
  DifferentTexts questions("gsm8k", count, kMostInVain);
  for (std::size_t i = 0; problems.size() < count; ++i) {
    Draws draws(seed, Stream::arithmetic, static_cast<std::uint64_t>(split), i);
    Chain chain = draw_chain(1 + problems.size() % 2, draws);
    while (split_of(seed, chain_key(chain)) != split) {
      chain = draw_chain(1 + problems.size() % 2, draws);
    }
    WordProblem problem = tell(std::move(chain), draws);
    const bool is_new = split == Split::training || questions.add(problem.question);
    if (is_new) problems.push_back(std::move(problem));
  }
  return problems;
}

Json training_row(const WordProblem& problem) {
  return {{"prompt", "Question: " + problem.question},
          {"answer", " Answer: " + joined(problem, ' ')}};
}

Json test_row(const WordProblem& problem) {
  return {{"question", problem.question}, {"answer", joined(problem, '\n')}};
}

std::vector<Json> dialogue_rows(const std::vector<WordProblem>& problems, std::size_t count) {
  std::vector<Json> rows;
  rows.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Json row = {{"question_id", i + 1},
                {"category", "arithmetic"},
                {"turns", Json::array()},
                {"reference", Json::array()}};
    for (const auto& problem : {problems.at(4 * i), problems.at(4 * i + 2)}) {
      row["turns"].push_back("Question: " + problem.question);
      row["reference"].push_back(std::to_string(problem.result));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace smdm::microworld
