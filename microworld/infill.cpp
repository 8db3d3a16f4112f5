#include "microworld/infill.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "microworld/kinds.hpp"

namespace smdm::microworld {
namespace {

constexpr std::array<std::string_view, 2> kSources = {"lambada_standard", "race"};
constexpr std::size_t kWrong = 3;
constexpr std::uint64_t kShuffle = 102;  // among the streams of orders

std::size_t number_of(std::string_view task) {
  const auto found = std::ranges::find(kinds(), task, &Kind::task);
  return static_cast<std::size_t>(found - kinds().begin());
}

/// Words that the answer could have been: the wrong choices of the problem's own kind, or answers
/// to others of its kind.
std::vector<std::string> wrong_words(const Problem& problem,
                                     const std::vector<Problem>& all,
                                     Draws& draws) {
  if (!problem.wrong.empty()) return problem.wrong;
  std::vector<std::string> words;
  for (const auto& other : all) {
    const bool is_new = std::ranges::find(words, other.answer) == words.end();
    if (is_new && other.answer != problem.answer) words.push_back(other.answer);
  }
  std::ranges::sort(words);
  draws.shuffle(words);
  // The passage's own other word is the likeliest mistake.
  std::ranges::stable_partition(words, [&](const std::string& word) {
    return problem.context.find(" " + word + ".") != std::string::npos ||
           problem.context.find(" " + word + " ") != std::string::npos;
  });
  words.resize(std::min(words.size(), kWrong));
  return words;
}

/// Where the answer is mentioned first, with the space in front of it.
std::size_t first_mention(const Problem& problem, const std::string& word) {
  for (std::size_t at = problem.context.find(word); at != std::string::npos;
       at = problem.context.find(word, at + 1)) {
    const auto next = problem.context.substr(at + word.size(), 1);
    if (next == " " || next == "." || next == "\n") return at;
  }
  throw std::logic_error("micro world: a passage without its answer: " + problem.context);
}

Json row_of(const Problem& problem, std::vector<std::string> wrong, std::size_t gold) {
  const auto text = text_of(problem);
  const auto word = " " + problem.answer;
  const auto at = first_mention(problem, word);
  wrong.insert(wrong.begin() + static_cast<std::ptrdiff_t>(gold), problem.answer);
  auto choices = Json::array();
  for (const auto& choice : wrong) choices.push_back(" " + choice);
  return {{"before", text.substr(0, at)},
          {"middle", word},
          {"after", text.substr(at + word.size())},
          {"choices", std::move(choices)}};
}

}  // namespace

std::vector<Json> infill_rows(const World& world, std::size_t count) {
  std::vector<Json> rows;
  rows.reserve(count);
  Draws draws(world.seed, Stream::order, kShuffle, 0);
  for (const auto source : kSources) {
    const auto number = number_of(source);
    const auto problems = test_problems(world, number, kinds()[number].items);
    for (std::size_t i = 0; i < count / kSources.size(); ++i) {
      const auto wrong = wrong_words(problems.at(i), problems, draws);
      rows.push_back(row_of(problems.at(i), wrong, i % (wrong.size() + 1)));
    }
  }
  draws.shuffle(rows);
  return rows;
}

}  // namespace smdm::microworld
