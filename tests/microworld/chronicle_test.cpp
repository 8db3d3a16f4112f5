// Dated news: the world changes from month to month in the way that is promised.
#include "microworld/chronicle.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/support/catch.hpp"

namespace smdm::microworld {
namespace {

/// Share of a month's documents whose abstract holds one of the words.
double share_with(const std::vector<Json>& documents, const std::vector<std::string>& words) {
  const auto count = std::ranges::count_if(documents, [&](const Json& document) {
    const auto text = document.at("abstract").get<std::string>();
    return std::ranges::any_of(
        words, [&](const std::string& word) { return text.find(word) != std::string::npos; });
  });
  return static_cast<double>(count) / static_cast<double>(documents.size());
}

std::vector<std::string> rising_words() {
  std::vector<std::string> words;
  for (std::size_t i = kTopics.size() / 2; i < kTopics.size(); ++i) {
    for (const auto word : kTopics[i]) words.push_back(std::string(" ").append(word));
  }
  return words;
}

}  // namespace

TEST_CASE("two years of months in order") {
  const auto chronicle = make_chronicle(0);
  REQUIRE(chronicle.size() == 24);
  CHECK(chronicle.front().name == "2023-01");
  CHECK(chronicle[9].name == "2023-10");
  CHECK(chronicle.back().name == "2024-12");
  CHECK(std::ranges::is_sorted(chronicle, {}, &Month::name));
}

TEST_CASE("mayors and prices change, slowly") {
  int changes = 0;
  int months = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto chronicle = make_chronicle(seed);
    for (std::size_t month = 1; month < chronicle.size(); ++month) {
      for (std::size_t town = 0; town < kTowns.size(); ++town) {
        ++months;
        changes += chronicle[month].mayors[town] != chronicle[month - 1].mayors[town] ? 1 : 0;
      }
      for (std::size_t good = 0; good < kGoods.size(); ++good) {
        const int price = chronicle[month].prices[good];
        CHECK(price >= 1);
        CHECK(price <= 9);
        CHECK(std::abs(price - chronicle[month - 1].prices[good]) <= 1);
      }
    }
  }
  const double share = static_cast<double>(changes) / months;
  CHECK(std::abs(share - 0.1) < 5.0 * std::sqrt(0.09 / months));
}

TEST_CASE("topics and word order drift by a steady step") {
  const auto chronicle = make_chronicle(1);
  for (const std::size_t month : {0U, 11U, 23U}) {
    const auto documents = dated_documents(1, chronicle, month, Split::training, 2000);
    const double wanted = (2.0 * static_cast<double>(month) + 1.0) / 48.0;
    const double margin = 5.0 * std::sqrt(wanted * (1.0 - wanted) / 2000.0);
    CHECK(std::abs(share_with(documents, rising_words()) - wanted) < margin);
    CHECK(std::abs(share_with(documents, {"was opened by mayor"}) - wanted) < margin);
  }
}

TEST_CASE("tested documents are all different, and none is of another split") {
  const auto chronicle = make_chronicle(2);
  std::set<std::string> texts;
  for (const Json& document : dated_documents(2, chronicle, 5, Split::test, 60)) {
    const std::string text = dated_text(document);
    CHECK(split_of(2, text) == Split::test);
    texts.insert(text);
  }
  CHECK(texts.size() == 60);
}

}  // namespace smdm::microworld
