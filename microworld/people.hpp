/// Facts about invented people that are told in one order and asked in the other, in the form of
/// the reversal-curse set.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "microworld/json.hpp"

namespace smdm::microworld {

/// In which order training tells who somebody is.
enum class Told : std::uint8_t { name_first, description_first, both };

struct Person {
  std::string name;         ///< "Ada Thornby"; no two people share a surname
  std::string description;  ///< "the baker who built the moonharp"; no two share a thing
  Told told = Told::both;
};

/// 15 people told by name first, 15 by description first, 90 both ways.
[[nodiscard]] std::vector<Person> make_people(std::uint64_t seed);

/// A sentence about a person, parted where a question about it ends.
struct Statement {
  std::string prompt;
  std::string completion;  ///< begins with a space

  [[nodiscard]] Json row() const { return {{"prompt", prompt}, {"completion", completion}}; }
  [[nodiscard]] std::string text() const { return prompt + completion; }
};

struct ReversalSet {
  // Training, in the reference's names; people told both ways are told in all phrasings but those
  // of `validation`, the others in half of them.
  std::vector<Statement> name_first_training;
  std::vector<Statement> description_first_training;
  std::vector<Statement> both_training;

  // Tests: people told in one order, in the phrasings in which they were not told.
  std::vector<Statement> name_first_test;            ///< asked as they were told
  std::vector<Statement> description_first_test;     ///< likewise
  std::vector<Statement> name_first_reverse;         ///< told by name, asked for the name
  std::vector<Statement> description_first_reverse;  ///< told by description, asked for it

  std::vector<Statement> validation;  ///< of people told both ways: phrasings kept from training
};

[[nodiscard]] ReversalSet make_reversal_set(std::uint64_t seed);

}  // namespace smdm::microworld
