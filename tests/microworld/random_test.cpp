// Chance in the micro world: uniform, independent of what else was drawn, and the same for ever.
#include "microworld/random.hpp"

#include <array>
#include <cmath>
#include <set>

#include "tests/support/catch.hpp"

namespace smdm::microworld {

TEST_CASE("draws depend on seed, stream, part and index alone") {
  const auto first = [](std::uint64_t seed, Stream stream, std::uint64_t part,
                        std::uint64_t index) { return Draws(seed, stream, part, index).word(); };
  CHECK(first(1, Stream::test, 2, 3) == first(1, Stream::test, 2, 3));
  std::set<std::uint64_t> words;
  for (const std::uint64_t seed : {0, 1}) {
    for (const Stream stream : {Stream::training, Stream::test}) {
      for (std::uint64_t part = 0; part < 5; ++part) {
        for (std::uint64_t index = 0; index < 50; ++index) {
          words.insert(first(seed, stream, part, index));
        }
      }
    }
  }
  CHECK(words.size() == 2 * 2 * 5 * 50);
}

TEST_CASE("the words of a stream are those of SplitMix64 in Python") {
  // state = key; then state += 0x9e3779b97f4a7c15 and mix(state), computed with Python's integers.
  Draws draws(0, Stream::relation, 0, 0);
  CHECK(draws.word() == 17990875778844135198ULL);
  CHECK(draws.word() == 14983722727901754334ULL);
}

TEST_CASE("numbers below a limit are uniform") {
  constexpr std::size_t kLimit = 7;
  constexpr int kTimes = 70000;
  std::array<int, kLimit> counts{};
  Draws draws(5, Stream::order, 0, 0);
  for (int i = 0; i < kTimes; ++i) ++counts.at(draws.below(kLimit));
  double chi2 = 0.0;
  for (const int count : counts) chi2 += std::pow(count - 10000.0, 2) / 10000.0;
  CHECK(chi2 < 22.46);  // 99.9 % of the distribution with 6 degrees of freedom
}

TEST_CASE("shuffled lists are permutations, each as likely") {
  std::array<int, 6> counts{};
  for (std::uint64_t i = 0; i < 60000; ++i) {
    std::vector<int> list = {0, 1, 2};
    Draws(1, Stream::order, 1, i).shuffle(list);
    REQUIRE(std::set<int>(list.begin(), list.end()).size() == 3);
    ++counts.at(static_cast<std::size_t>(list[0] * 2 + (list[1] > list[2] ? 1 : 0)));
  }
  double chi2 = 0.0;
  for (const int count : counts) chi2 += std::pow(count - 10000.0, 2) / 10000.0;
  CHECK(chi2 < 20.52);  // 99.9 %, 5 degrees of freedom
}

TEST_CASE("ranks come with Zipf's frequencies") {
  constexpr int kTimes = 100000;
  const ZipfRanks ranks(50, 1.0);
  double sum = 0.0;
  for (int rank = 1; rank <= 50; ++rank) sum += 1.0 / rank;
  std::array<int, 50> counts{};
  Draws draws(3, Stream::training, 0, 0);
  for (int i = 0; i < kTimes; ++i) ++counts.at(ranks.draw(draws));
  for (int rank = 1; rank <= 50; ++rank) {
    const double wanted = kTimes / (sum * rank);
    CHECK(std::abs(counts.at(static_cast<std::size_t>(rank - 1)) - wanted) <
          5.0 * std::sqrt(wanted));
  }
}

TEST_CASE("two of twenty texts are for the test, one is for validation") {
  int test = 0;
  int validation = 0;
  constexpr int kTexts = 40000;
  for (int i = 0; i < kTexts; ++i) {
    const Split split = split_of(9, "text " + std::to_string(i));
    test += split == Split::test ? 1 : 0;
    validation += split == Split::validation ? 1 : 0;
  }
  CHECK(std::abs(test - kTexts / 10) < 5 * 60);
  CHECK(std::abs(validation - kTexts / 20) < 5 * 44);
  CHECK(split_of(9, "a text") == split_of(9, "a text"));
}

}  // namespace smdm::microworld
