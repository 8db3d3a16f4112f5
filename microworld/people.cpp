#include "microworld/people.hpp"

#include <array>
#include <string_view>

#include "microworld/fill.hpp"
#include "microworld/random.hpp"
#include "microworld/words.hpp"

namespace smdm::microworld {
namespace {

constexpr std::size_t kOneWay = 15;
constexpr std::size_t kPeople = kSurnameBegins.size() * kSurnameEnds.size();
static_assert(kThingBegins.size() * kThingEnds.size() == kPeople);

constexpr std::size_t kPhrasings = 6;
constexpr std::size_t kTold = 3;  // of people told in one order: the first ones

constexpr std::array<std::string_view, kPhrasings> kNameFirst = {
    "{name} is",          "Everyone knows {name} as",        "In this town {name} is",
    "People call {name}", "The story of {name} begins with", "They say that {name} was",
};
constexpr std::array<std::string_view, kPhrasings> kDescriptionFirst = {
    "{Description} is",
    "Who is {description}? It is",
    "The name of {description} is",
    "You can call {description}",
    "If you look for {description}, ask for",
    "Nobody but {description} can be",
};

/// Pairs of one part of each list joined, in random order.
template <typename Begins, typename Ends>
std::vector<std::string> compounds(const Begins& begins, const Ends& ends, Draws& draws) {
  std::vector<std::string> words;
  for (const std::string_view begin : begins) {
    for (const std::string_view end : ends) words.push_back(std::string(begin).append(end));
  }
  draws.shuffle(words);
  return words;
}

/// @param end  what follows the name: training sentences end with a full stop, questions do not
Statement name_asked(const Person& person, std::size_t phrasing, std::string_view end) {
  return {.prompt =
              fill(kDescriptionFirst[phrasing], {{"description", person.description},
                                                 {"Description", capitalized(person.description)}}),
          .completion = " " + person.name + std::string(end)};
}

Statement description_asked(const Person& person, std::size_t phrasing) {
  return {.prompt = fill(kNameFirst[phrasing], {{"name", person.name}}),
          .completion = " " + person.description + "."};
}

void add_both(const Person& person, std::uint64_t seed, ReversalSet& set) {
  for (std::size_t i = 0; i < kPhrasings; ++i) {
    for (Statement& one : std::array{description_asked(person, i), name_asked(person, i, ".")}) {
      const bool kept = split_of(seed, one.text()) == Split::validation;
      (kept ? set.validation : set.both_training).push_back(std::move(one));
    }
  }
}

void add_one_way(const Person& person, ReversalSet& set) {
  const bool by_name = person.told == Told::name_first;
  for (std::size_t i = 0; i < kPhrasings; ++i) {
    if (i < kTold && by_name) {
      set.name_first_training.push_back(description_asked(person, i));
    } else if (i < kTold) {
      set.description_first_training.push_back(name_asked(person, i, "."));
    } else {
      auto& descriptions = by_name ? set.name_first_test : set.description_first_reverse;
      auto& names = by_name ? set.name_first_reverse : set.description_first_test;
      descriptions.push_back(description_asked(person, i));
      names.push_back(name_asked(person, i, ""));
    }
  }
}

}  // namespace

std::vector<Person> make_people(std::uint64_t seed) {
  Draws draws(seed, Stream::people, 0, 0);
  const auto surnames = compounds(kSurnameBegins, kSurnameEnds, draws);
  const auto things = compounds(kThingBegins, kThingEnds, draws);
  std::vector<Person> people;
  people.reserve(kPeople);
  for (std::size_t i = 0; i < kPeople; ++i) {
    people.push_back({.name = std::string(draws.pick(kFirstNames)).append(" ").append(surnames[i]),
                      .description = fill("the {profession} who {did} the {thing}",
                                          {{"profession", draws.pick(kProfessions)},
                                           {"did", draws.pick(kDeeds)},
                                           {"thing", things[i]}}),
                      .told = i < kOneWay
                                  ? Told::name_first
                                  : (i < 2 * kOneWay ? Told::description_first : Told::both)});
  }
  return people;
}

ReversalSet make_reversal_set(std::uint64_t seed) {
  ReversalSet set;
  for (const Person& person : make_people(seed)) {
    if (person.told == Told::both) {
      add_both(person, seed, set);
    } else {
      add_one_way(person, set);
    }
  }
  return set;
}

}  // namespace smdm::microworld
