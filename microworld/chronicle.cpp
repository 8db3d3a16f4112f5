#include "microworld/chronicle.hpp"

#include <set>

#include "microworld/fill.hpp"

namespace smdm::microworld {
namespace {

constexpr int kFirstYear = 2023;
constexpr std::size_t kRisingTopics = kTopics.size() / 2;  // the second half of the list

std::string month_name(std::size_t month) {
  const std::string number = std::to_string(month % 12 + 1);
  return std::to_string(kFirstYear + static_cast<int>(month / 12)) +
         (number.size() == 1 ? "-0" : "-") + number;
}

/// A mayor's successor.
std::size_t next_mayor(std::size_t mayor, Draws& draws) {
  const bool stays = draws.below(10) > 0;
  const std::size_t other = draws.below(kNames.size() - 1) + 1;
  return stays ? mayor : (mayor + other) % kNames.size();
}

int next_price(int price, Draws& draws) {
  const std::size_t drawn = draws.below(10);
  if (drawn == 0 && price < 9) return price + 1;
  if (drawn == 1 && price > 1) return price - 1;
  return price;
}

/// True with the chance (2 * month + 1) / (2 * kMonths).
bool late(std::size_t month, Draws& draws) {
  return draws.below(2 * kMonths) < 2 * month + 1;
}

Json draw_document(const Month& facts, std::size_t month, Draws& draws) {
  const std::size_t town = draws.below(kTowns.size());
  const std::size_t good = draws.below(kGoods.size());
  const bool building_first = late(month, draws);
  const bool rising = late(month, draws);
  const auto& topic =
      kTopics[draws.below(kRisingTopics) + (rising ? kTopics.size() - kRisingTopics : 0)];
  const std::string news =
      fill(building_first ? "The {building} was opened by mayor {mayor}."
                          : "Mayor {mayor} opened the {building}.",
           {{"building", draws.pick(kBuildings)}, {"mayor", kNames[facts.mayors[town]]}});
  const std::size_t first = draws.below(topic.size());
  const std::size_t second = (first + 1 + draws.below(topic.size() - 1)) % topic.size();
  const std::string rest =
      fill(" A bag of {good} costs {price} coins. People talk about {a} and {b}.",
           {{"good", kGoods[good]},
            {"price", std::to_string(facts.prices[good])},
            {"a", topic[first]},
            {"b", topic[second]}});
  return {{"title", "News from " + std::string(kTowns[town])}, {"abstract", news + rest}};
}

}  // namespace

std::vector<Month> make_chronicle(std::uint64_t seed) {
  std::vector<Month> chronicle;
  for (std::size_t month = 0; month < kMonths; ++month) {
    Draws draws(seed, Stream::chronicle, 0, month);
    Month now = chronicle.empty() ? Month{} : chronicle.back();
    now.name = month_name(month);
    for (std::size_t& mayor : now.mayors) {
      mayor = month == 0 ? draws.below(kNames.size()) : next_mayor(mayor, draws);
    }
    for (int& price : now.prices) {
      price = month == 0 ? 1 + static_cast<int>(draws.below(9)) : next_price(price, draws);
    }
    chronicle.push_back(std::move(now));
  }
  return chronicle;
}

std::vector<Json> dated_documents(std::uint64_t seed,
                                  const std::vector<Month>& chronicle,
                                  std::size_t month,
                                  Split split,
                                  std::size_t count) {
  std::vector<Json> documents;
  std::set<std::string> texts;
  const std::uint64_t part = month * 4 + static_cast<std::uint64_t>(split);
  for (std::size_t i = 0; documents.size() < count; ++i) {
    Draws draws(seed, Stream::dated, part, i);
    Json document = draw_document(chronicle.at(month), month, draws);
    const std::string text = dated_text(document);
    if (split_of(seed, text) != split) continue;
    const bool is_new = split == Split::training || texts.insert(text).second;
    if (is_new) documents.push_back(std::move(document));
  }
  return documents;
}

std::string dated_text(const Json& document) {
  return document.at("title").get<std::string>() + "\n" +
         document.at("abstract").get<std::string>();
}

Json facts_of(const std::vector<Month>& chronicle) {
  Json facts = Json::object();
  for (const Month& month : chronicle) {
    Json& now = facts[month.name] = {{"mayors", Json::object()}, {"prices", Json::object()}};
    for (std::size_t i = 0; i < kTowns.size(); ++i) {
      now["mayors"][std::string(kTowns[i])] = kNames[month.mayors[i]];
    }
    for (std::size_t i = 0; i < kGoods.size(); ++i) {
      now["prices"][std::string(kGoods[i])] = month.prices[i];
    }
  }
  return facts;
}

}  // namespace smdm::microworld
