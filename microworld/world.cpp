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
      {"eats", kAnimals, kFoods},
      {"lives_in", kAnimals, kHabitats},
      {"likes_colour", kAnimals, kColours},
      {"can_swim", kAnimals, kNoYes},
      {"can_climb", kAnimals, kNoYes},
      {"can_dig", kAnimals, kNoYes},
      {"can_jump", kAnimals, kNoYes},
      {"is_made_of", kObjects, kMaterials},
      {"is_kept_in", kObjects, kRooms},
      {"comes_from", kObjects, kTowns},
      {"is_cleaned_with", kObjects, kTools},
      {"is_mended_with", kObjects, kTools},
      {"is_painted_with", kObjects, kTools},
      {"is_wrapped_with", kObjects, kTools},
      {"makes_feel", kEvents, kFeelings},
      {"makes_do", kEvents, kNextSteps},
      {"makes_want", kEvents, kWishes},
      {"goes_on_with", kActivities, kEndings},
      {"ends_with", kActivities, kEndings},
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
