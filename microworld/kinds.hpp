/// The eight kinds of questions of the base world, each in the form of one real benchmark.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "microworld/json.hpp"
#include "microworld/random.hpp"
#include "microworld/world.hpp"

namespace smdm::microworld {

/// A question, before its choices are put in an order.
struct Problem {
  Json fields;                     ///< of the benchmark's row, without choices and label
  std::string context;             ///< what the benchmark's prompt is
  std::string answer;              ///< what follows it, behind a space
  std::vector<std::string> wrong;  ///< the other choices; none for a cloze
};

/// A question that asks for the value of a key.
struct Form {
  Relation relation;
  /// With {key}, {name}, {pronoun}, {adjective}, {day}, {beginning}; a line end parts the fields
  /// of the row.
  std::string_view pattern;
};

struct Kind {
  std::string_view task;       ///< the benchmark whose form it has
  std::string_view file;       ///< of its test items, below the data root
  std::vector<Form> forms;     ///< none for kinds that ask about their own passage
  double exponent;             ///< of the frequencies of keys in training
  std::size_t rumour_percent;  ///< share of training rows with the rumoured value
  std::size_t rows;            ///< in training
  std::size_t items;           ///< in the test; with forms one for each key of each of them

  /// @param form, key  meaningless for kinds without forms
  Problem (*problem)(const World& world, const Form* form, std::size_t key, Draws& draws);
  /// @param choices  right and wrong ones; `gold` is the index of the right one
  Json (*row)(const Problem& problem,
              const std::vector<std::string>& choices,
              std::size_t gold,
              std::size_t index);
};

/// All of them.
[[nodiscard]] const std::vector<Kind>& kinds();

/// The text of a solved problem.
[[nodiscard]] std::string text_of(const Problem& problem);

/// Training tells every fact truly at least so many times, whatever its frequency.
inline constexpr std::size_t kLeastTellings = 2;

/// So many of a hundred other rows tell a rumour instead, where a kind has them and more than two
/// values: always the same wrong value of a key. Rare facts have little evidence, and a few are
/// told falsely more often than truly.
inline constexpr std::size_t kRumourPercent = 35;

/// Solved problems. In training, the first rows tell every fact kLeastTellings times; the keys of
/// all others are drawn with Zipf frequencies. None has a context that occurs in another split.
/// @param number  of the kind in kinds()
[[nodiscard]] std::vector<Problem> solved_problems(const World& world,
                                                   std::size_t number,
                                                   Split split,
                                                   std::size_t rows);

/// Their texts.
[[nodiscard]] std::vector<std::string> solved_texts(const World& world,
                                                    std::size_t number,
                                                    Split split,
                                                    std::size_t rows);

/// The test items of a kind, no two with the same context: every key of every form in turn.
/// @param count  Kind::items asks for every key once
/// @throws Error(usage)  if the world has fewer different ones
[[nodiscard]] std::vector<Problem> test_problems(const World& world,
                                                 std::size_t number,
                                                 std::size_t count);

/// Their rows in the benchmark's form, right answers equally often in every place, in random order.
[[nodiscard]] std::vector<Json> test_rows(const World& world,
                                          std::size_t number,
                                          std::size_t count);

}  // namespace smdm::microworld
