// Kinds whose answer stands in their own passage.
#include <algorithm>

#include "microworld/fill.hpp"
#include "microworld/forms.hpp"
#include "microworld/words.hpp"

namespace smdm::microworld {
namespace {

using Choices = std::vector<std::string>;

/// Different words of a list, in random order.
template <typename List>
std::vector<std::string> some_of(const List& list, std::size_t count, Draws& draws) {
  std::vector<std::string> all(list.begin(), list.end());
  draws.shuffle(all);
  all.resize(count);
  return all;
}

/// Who and what occurs in passages: few, so that half a million parameters learn to look them up.
constexpr std::size_t kCloseNames = 12;
constexpr std::size_t kCloseThings = 24;

/// Two people get one thing each; the thing of one of them is the last word.
Problem lambada_problem(const World&, const Form*, std::size_t, Draws& draws) {
  constexpr std::size_t kPeople = 2;
  const auto names = some_of(std::span(kNames).first(kCloseNames), kPeople, draws);
  const auto things = some_of(std::span(kObjects).first(kCloseThings), kPeople, draws);
  std::string text;
  for (std::size_t i = 0; i < kPeople; ++i) {
    if (i > 0) text += i + 1 == kPeople ? " and " : ", ";
    text += fill("{name} got the {thing}", {{"name", names[i]}, {"thing", things[i]}});
  }
  const std::size_t asked = draws.below(kPeople);
  return {.fields = {{"text", text + ". Later " + names[asked] + " sold the " + things[asked]},
                     {"domain", nullptr}},
          .context = text + ". Later " + names[asked] + " sold the",
          .answer = things[asked],
          .wrong = {}};
}

Json lambada_row(const Problem& problem, const Choices&, std::size_t, std::size_t) {
  return problem.fields;
}

/// What a passage of four facts can be asked for.
struct Aspect {
  std::string_view question;
  std::string_view filler;
  std::span<const std::string_view> words;
};

const std::array<Aspect, 4>& aspects() {
  static const std::array<Aspect, 4> kAspects = {{
      {.question = "Who was it?", .filler = "who", .words = kNames},
      {.question = "What was it?", .filler = "what", .words = kObjects},
      {.question = "Where was it?", .filler = "where", .words = kHabitats},
      {.question = "When was it?", .filler = "when", .words = kDays},
  }};
  return kAspects;
}

/// A question of RACE as Python writes it: no word of this world holds a quote or a backslash.
std::string python_problem(std::string_view question,
                           std::size_t gold,
                           const std::vector<std::string>& options) {
  std::string list;
  for (const std::string& option : options) list += (list.empty() ? "'" : ", '") + option + "'";
  return "{'question': '" + std::string(question) + "', 'answer': '" +
         static_cast<char>('A' + gold) + "', 'options': [" + list + "]}";
}

/// One fact of each aspect; one aspect is asked with its answer, then another one without.
Problem race_problem(const World&, const Form*, std::size_t, Draws& draws) {
  std::array<std::string, 4> facts;
  for (std::size_t i = 0; i < facts.size(); ++i) facts[i] = draws.pick(aspects()[i].words);
  const std::size_t shown = draws.below(4);
  const std::size_t asked = (shown + 1 + draws.below(3)) % 4;
  const auto wrong_of = [&](std::size_t aspect) {
    std::vector<std::string> others;
    for (const std::string_view word : aspects()[aspect].words) {
      if (word != facts[aspect]) others.emplace_back(word);
    }
    return some_of(others, 3, draws);
  };
  const std::string article =
      fill("On {when} {who} found the {what} in the {where}.",
           {{"when", facts[3]}, {"who", facts[0]}, {"what", facts[1]}, {"where", facts[2]}});
  auto options = wrong_of(shown);
  const std::size_t gold = draws.below(options.size() + 1);
  options.insert(options.begin() + static_cast<std::ptrdiff_t>(gold), facts[shown]);
  return {.fields = {{"article", article},
                     {"shown", python_problem(aspects()[shown].question, gold, options)},
                     {"asked", aspects()[asked].question}},
          .context = "Article: " + article +
                     "\n\nQuestion: " + std::string(aspects()[shown].question) +
                     "\nAnswer: " + facts[shown] + "\n" + std::string(aspects()[asked].question),
          .answer = facts[asked],
          .wrong = wrong_of(asked)};
}

Json race_row(const Problem& problem, const Choices& choices, std::size_t gold, std::size_t) {
  const auto& shown = problem.fields.at("shown").get_ref<const std::string&>();
  const auto& asked = problem.fields.at("asked").get_ref<const std::string&>();
  return {{"article", problem.fields.at("article")},
          {"problems", "[" + shown + ", " + python_problem(asked, gold, choices) + "]"}};
}

}  // namespace

Kind lambada_kind() {
  return {.task = "lambada_standard",
          .file = "lambada_standard/test.jsonl",
          .forms = {},
          .exponent = 0.0,
          .rumour_percent = 0,
          .rows = 6000,
          .items = 300,
          .problem = lambada_problem,
          .row = lambada_row};
}

Kind race_kind() {
  return {.task = "race",
          .file = "race/test.jsonl",
          .forms = {},
          .exponent = 0.0,
          .rumour_percent = 0,
          .rows = 6000,
          .items = 300,
          .problem = race_problem,
          .row = race_row};
}

}  // namespace smdm::microworld
