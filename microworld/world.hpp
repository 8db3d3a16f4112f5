/// What is true in the micro world: which value each key has in each relation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "microworld/json.hpp"

namespace smdm::microworld {

enum class Relation : std::uint8_t {
  // animals
  eats,
  lives_in,
  likes_colour,
  can_swim,
  can_climb,
  can_dig,
  can_jump,
  // objects
  is_made_of,
  is_kept_in,
  comes_from,
  is_cleaned_with,
  is_mended_with,
  is_painted_with,
  is_wrapped_with,
  // events
  makes_feel,
  makes_do,
  makes_want,
  // activities
  goes_on_with,
  ends_with,
};
inline constexpr std::size_t kRelations = 19;

/// A table of facts: each key has one value, and each value (nearly) equally many keys.
struct RelationTable {
  std::string_view name;
  std::span<const std::string_view> keys;
  std::span<const std::string_view> values;
  std::vector<std::size_t> value_of;     ///< by key: index into values
  std::vector<std::size_t> key_by_rank;  ///< the most often told key first
  std::vector<std::size_t> rumour_of;    ///< by key: index of a wrong value that some believe
};

/// A key of a relation.
struct Fact {
  Relation relation = Relation::eats;
  std::size_t key = 0;
};

struct World {
  std::uint64_t seed = 0;
  std::array<RelationTable, kRelations> relations;

  [[nodiscard]] const RelationTable& table(Relation relation) const {
    return relations[static_cast<std::size_t>(relation)];
  }
  [[nodiscard]] std::string_view key(Fact fact) const {
    return table(fact.relation).keys[fact.key];
  }
  [[nodiscard]] std::string_view value(Fact fact) const {
    const RelationTable& facts = table(fact.relation);
    return facts.values[facts.value_of[fact.key]];
  }
};

/// The world of a seed: the same on every machine.
[[nodiscard]] World make_world(std::uint64_t seed);

/// {relation: {key: value}}
[[nodiscard]] Json facts_of(const World& world);

/// Likewise of what is rumoured.
[[nodiscard]] Json rumours_of(const World& world);

}  // namespace smdm::microworld
