/// Twenty-four months of news from a few towns, whose world changes: who is mayor, what things
/// cost, what people talk about and how sentences are built.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "microworld/json.hpp"
#include "microworld/random.hpp"
#include "microworld/words.hpp"

namespace smdm::microworld {

inline constexpr std::size_t kMonths = 24;
inline constexpr std::size_t kTrainingMonths = 12;  ///< the first ones

struct Month {
  std::string name;                               ///< "2023-01"
  std::array<std::size_t, kTowns.size()> mayors;  ///< index into kNames
  std::array<int, kGoods.size()> prices;          ///< 1..9
};

/// A mayor stays for another month with a chance of 9 in 10; a price stays, rises or falls by 1
/// with chances of 8, 1 and 1 in 10.
[[nodiscard]] std::vector<Month> make_chronicle(std::uint64_t seed);

/// News of a month, {"title", "abstract"}. The share of rising topics and that of sentences with
/// the building first both grow by a steady step each month, from 1 in 48 to 47 in 48.
/// @param month  0..kMonths - 1
/// @return documents of the split; those of validation and test all different
[[nodiscard]] std::vector<Json> dated_documents(std::uint64_t seed,
                                                const std::vector<Month>& chronicle,
                                                std::size_t month,
                                                Split split,
                                                std::size_t count);

/// Title and abstract, joined by a line end.
[[nodiscard]] std::string dated_text(const Json& document);

/// {month: {"mayors": {town: name}, "prices": {good: coins}}}
[[nodiscard]] Json facts_of(const std::vector<Month>& chronicle);

}  // namespace smdm::microworld
