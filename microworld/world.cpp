#include "microworld/world.hpp"

#include <numeric>
#include <string>

#include "microworld/random.hpp"
#include "microworld/words.hpp"

namespace smdm::microworld {
namespace {

struct RelationWords {
  std::string_view name;
  std::span<const std::string_view> keys;
  std::span<const std::string_view> values;
};

/// In the order of Relation.
const std::array<RelationWords, kRelations>& relation_words() {
  static const std::array<RelationWords, kRelations> kWords = {{
      {.name = "eats", .keys = kAnimals, .values = kFoods},
      {.name = "lives_in", .keys = kAnimals, .values = kHabitats},
      {.name = "likes_colour", .keys = kAnimals, .values = kColours},
      {.name = "can_swim", .keys = kAnimals, .values = kNoYes},
      {.name = "can_climb", .keys = kAnimals, .values = kNoYes},
      {.name = "can_dig", .keys = kAnimals, .values = kNoYes},
      {.name = "can_jump", .keys = kAnimals, .values = kNoYes},
      {.name = "is_made_of", .keys = kObjects, .values = kMaterials},
      {.name = "is_kept_in", .keys = kObjects, .values = kRooms},
      {.name = "comes_from", .keys = kObjects, .values = kTowns},
      {.name = "is_cleaned_with", .keys = kObjects, .values = kTools},
      {.name = "is_mended_with", .keys = kObjects, .values = kTools},
      {.name = "is_painted_with", .keys = kObjects, .values = kTools},
      {.name = "is_wrapped_with", .keys = kObjects, .values = kTools},
      {.name = "makes_feel", .keys = kEvents, .values = kFeelings},
      {.name = "makes_do", .keys = kEvents, .values = kNextSteps},
      {.name = "makes_want", .keys = kEvents, .values = kWishes},
      {.name = "goes_on_with", .keys = kActivities, .values = kEndings},
      {.name = "ends_with", .keys = kActivities, .values = kEndings},
  }};
  return kWords;
}

std::vector<std::size_t> shuffled(std::size_t count, Draws& draws) {
  std::vector<std::size_t> list(count);
  std::iota(list.begin(), list.end(), std::size_t{0});
  draws.shuffle(list);
  return list;
}

RelationTable make_table(const RelationWords& words, Draws draws) {
  RelationTable table{.name = words.name,
                      .keys = words.keys,
                      .values = words.values,
                      .value_of = shuffled(words.keys.size(), draws),
                      .key_by_rank = shuffled(words.keys.size(), draws),
                      .rumour_of = {}};
  const std::size_t values = words.values.size();
  for (std::size_t& value : table.value_of) {
    value %= values;
    table.rumour_of.push_back((value + 1 + draws.below(values - 1)) % values);
  }
  return table;
}

}  // namespace

World make_world(std::uint64_t seed) {
  World world{.seed = seed, .relations = {}};
  for (std::size_t i = 0; i < kRelations; ++i) {
    world.relations[i] = make_table(relation_words()[i], Draws(seed, Stream::relation, i, 0));
  }
  return world;
}

namespace {

Json pairs_of(const World& world, std::vector<std::size_t> RelationTable::* chosen) {
  Json facts = Json::object();
  for (const RelationTable& table : world.relations) {
    Json& pairs = facts[std::string(table.name)] = Json::object();
    for (std::size_t key = 0; key < table.keys.size(); ++key) {
      pairs[std::string(table.keys[key])] = table.values[(table.*chosen)[key]];
    }
  }
  return facts;
}

}  // namespace

Json facts_of(const World& world) {
  return pairs_of(world, &RelationTable::value_of);
}

Json rumours_of(const World& world) {
  return pairs_of(world, &RelationTable::rumour_of);
}

}  // namespace smdm::microworld
