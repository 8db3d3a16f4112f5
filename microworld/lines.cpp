#include "microworld/lines.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "microworld/words.hpp"

namespace smdm::microworld {
namespace {

using Names = std::vector<std::string>;

constexpr std::array<std::string_view, 3> kOrders = {"Copy", "Reverse", "Shuffle"};

/// Text that says which split the line belongs to, whatever is asked about it.
std::string line_key(const Names& names) {
  std::string key = "line";
  for (const std::string& name : names) key.append(" ").append(name);
  return key;
}

Names draw_line(std::uint64_t seed, Split split, Draws& draws) {
  Names names;
  do {
    names.assign(kNames.begin(), kNames.end());
    draws.shuffle(names);
    names.resize(kLineNames);
  } while (split_of(seed, line_key(names)) != split);
  return names;
}

/// The names, each behind a space.
std::string joined(const Names& names) {
  std::string text;
  for (const std::string& name : names) text.append(" ").append(name);
  return text;
}

/// @param order  index into kOrders
Json training_row(const Names& names, std::size_t order, Draws& draws) {
  Names answer = names;
  if (order == 1) std::ranges::reverse(answer);
  if (order == 2) draws.shuffle(answer);
  return {{"prompt", "Line:" + joined(names) + ". " + std::string(kOrders[order]) + ":"},
          {"answer", joined(answer)}};
}

}  // namespace

std::vector<Json> line_rows(std::uint64_t seed, Split split, std::size_t count) {
  std::vector<Json> rows;
  rows.reserve(count);
  std::set<Names> tested;
  for (std::size_t i = 0; rows.size() < count; ++i) {
    Draws draws(seed, Stream::line, static_cast<std::uint64_t>(split), i);
    Names names = draw_line(seed, split, draws);
    if (split != Split::test) {
      rows.push_back(training_row(names, i % kOrders.size(), draws));
    } else if (tested.insert(names).second) {
      rows.push_back({{"names", std::move(names)}});
    }
  }
  return rows;
}

}  // namespace smdm::microworld
