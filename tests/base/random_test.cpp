#include "base/numbers/random.hpp"

#include <array>
#include <cmath>
#include <set>
#include <stdexcept>
#include <vector>

#include "base/numbers/splitmix.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

// The rows "philox4x32 10" of the file tests/kat_vectors of Random123 1.14.0, D. E. Shaw Research.
TEST_CASE("philox gives the published known answers") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
        PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

// Expected values from an independent computation with unbounded integers in Python, by the formula
// in random.hpp. They must never change: scores under a seed would change with them.
TEST_CASE("the content hash is what it always was") {
  const auto hash = [](const std::vector<std::int64_t>& ids) { return content_hash(ids); };
  CHECK(hash({}) == 0xe220a8397b1dcdafU);
  CHECK(hash({0}) == 0x5e41ab087439611eU);
  CHECK(hash({1}) == 0xe9fd6049d65af21eU);
  CHECK(hash({1, 2}) == 0xa6ac6a00e3f501ccU);
  CHECK(hash({2, 1}) == 0x5cdcd779c4c725d0U);
  CHECK(hash({1, 31999, 450}) == 0xffb813bf9ec00398U);
}

// The first words of seed 1234567, published with the C implementation (S. Vigna, splitmix64.c) at
// Rosetta Code.
TEST_CASE("SplitMix64 gives its published words") {
  SplitMix64 draws(1234567);
  for (const std::uint64_t word :
       {6457827717110365317U, 3203168211198807973U, 9817491932198370423U})
    CHECK(draws.next() == word);
  CHECK(split_mix(1234567 + kSplitMixIncrement) == 6457827717110365317U);
  CHECK(split_mix_join(1234567, 0) == 6457827717110365317U);
}

// Likewise from Python: philox of (hash low, hash high, 7, 25) under (1234, mask).
TEST_CASE("a stream reads word place % 4 of block place / 4 at its step") {
  const std::vector<std::int64_t> content{1, 31999, 450};
  const RandomStream stream(1234, Purpose::mask, content);
  CHECK(stream.bits(7, 100) == 0x5b099bf7U);
  CHECK(stream.bits(7, 101) == 0x7fb8238fU);
  CHECK(stream.bits(7, 102) == 0xd174e5fbU);
  CHECK(stream.bits(7, 103) == 0xfd9ffdf4U);
  CHECK(stream.uniform(7, 100) == (0x5b099bf7 + 0.5) / 4294967296.0);
  CHECK(stream.uniform_float(7, 100) == static_cast<float>(0x5b099b) / 16777216.0F);
}

TEST_CASE("seed, purpose, content, step and place each give other draws") {
  const std::vector<std::int64_t> content{5, 6};
  const std::vector<std::int64_t> other{6, 5};
  const std::set<std::uint32_t> draws{RandomStream(1, Purpose::mask, content).bits(0, 0),
                                      RandomStream(2, Purpose::mask, content).bits(0, 0),
                                      RandomStream(1, Purpose::mask_rate, content).bits(0, 0),
                                      RandomStream(1, Purpose::mask, other).bits(0, 0),
                                      RandomStream(1, Purpose::mask, content).bits(1, 0),
                                      RandomStream(1, Purpose::mask, content).bits(0, 1),
                                      RandomStream(1, Purpose::mask, content).bits(0, 4)};
  CHECK(draws.size() == 7);
}

TEST_CASE("many draws at once are the single draws") {
  const std::vector<std::int64_t> content{3};
  const RandomStream stream(9, Purpose::unmask_token, content);
  const std::vector<std::int64_t> offsets{0, 1, 2, 5, 6, 40, 41, 1000};
  std::vector<double> uniforms(offsets.size());
  stream.uniforms(2, 13, offsets, uniforms);
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    CHECK(uniforms[i] == stream.uniform(2, 13 + offsets[i]));
  }
  std::vector<float> floats(11);
  stream.uniform_floats(4, floats);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    CHECK(floats[i] == stream.uniform_float(4, static_cast<std::int64_t>(i)));
  }
}

TEST_CASE("uniforms lie inside their bounds and are uniform") {
  const RandomStream stream(0, Purpose::mask, {});
  constexpr std::size_t kBins = 64;
  constexpr std::int64_t kDraws = 64000;
  std::array<double, kBins> seen{};
  for (std::int64_t i = 0; i < kDraws; ++i) {
    const auto wide = stream.uniform(1, i);
    const auto narrow = stream.uniform_float(1, i);
    REQUIRE(wide >= RandomStream::kMargin);
    REQUIRE(wide <= 1.0 - RandomStream::kMargin);
    REQUIRE(narrow >= 0.0F);
    REQUIRE(narrow < 1.0F);
    REQUIRE(std::abs(wide - static_cast<double>(narrow)) <= 0x1p-24);
    seen.at(static_cast<std::size_t>(narrow * kBins)) += 1.0;
  }
  double chi_square = 0.0;
  constexpr double kExpected = static_cast<double>(kDraws) / kBins;
  for (const auto count : seen) chi_square += (count - kExpected) * (count - kExpected) / kExpected;
  CHECK(chi_square > 30.0);   // 63 degrees of freedom: P(below) = 1e-4
  CHECK(chi_square < 111.0);  // P(above) = 1.6e-4
}

TEST_CASE("limits of seeds, steps and places") {
  CHECK_THROWS_AS(RandomStream(0x100000000U, Purpose::mask, {}), std::invalid_argument);
  CHECK_NOTHROW(RandomStream(0xffffffffU, Purpose::mask, {}));
  const RandomStream stream(0, Purpose::mask, {});
  CHECK_THROWS_AS(stream.bits(-1, 0), std::invalid_argument);
  CHECK_THROWS_AS(stream.bits(std::int64_t{1} << 32, 0), std::invalid_argument);
  CHECK_THROWS_AS(stream.bits(0, -1), std::invalid_argument);
  CHECK_THROWS_AS(stream.bits(0, std::int64_t{1} << 37), std::invalid_argument);
  CHECK_NOTHROW(stream.bits(0, (std::int64_t{1} << 37) - 1));
  const std::vector<std::int64_t> offsets{0, 8};
  std::vector<double> uniforms(2);
  CHECK_THROWS_AS(stream.uniforms(0, (std::int64_t{1} << 37) - 8, offsets, uniforms),
                  std::invalid_argument);
}

/// philox of content {5, 6} at step 9, written out.
PhiloxCounter direct_block(std::uint32_t low_block, std::uint32_t purpose_word) {
  const auto hash = content_hash(std::vector<std::int64_t>{5, 6});
  return philox(
      {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(hash >> 32U), 9, low_block},
      {77, purpose_word});
}

TEST_CASE("places beyond 2^34 are draws of their own, and those below are what they always were") {
  const std::vector<std::int64_t> content{5, 6};
  const RandomStream stream(77, Purpose::unmask_token, content);  // purpose 4
  constexpr std::int64_t kWrap = std::int64_t{1} << 34;
  CHECK(stream.bits(9, kWrap - 1) == direct_block(0xffffffffU, 4)[3]);
  CHECK(stream.bits(9, kWrap) == direct_block(0, 4 + 0x100)[0]);
  CHECK(stream.bits(9, 5 * kWrap + 6) == direct_block(1, 4 + 0x500)[2]);
  CHECK(stream.bits(9, 2 * kWrap + 100) != stream.bits(9, 100));
  CHECK(stream.bits(9, 3 * kWrap + 100) != stream.bits(9, 2 * kWrap + 100));
  // The last token of a vocabulary of 2^18 at the last of 2^17 positions, and those around it.
  const std::vector<std::int64_t> tokens{(1 << 18) - 5, (1 << 18) - 1};
  std::vector<double> uniforms(2);
  const auto position = ((std::int64_t{1} << 17) - 1) << 18U;
  stream.uniforms(9, position, tokens, uniforms);
  CHECK(uniforms[0] == stream.uniform(9, position + tokens[0]));
  CHECK(uniforms[1] == stream.uniform(9, position + tokens[1]));
  CHECK(uniforms[1] == (direct_block(0xffffffffU, 4 + 0x100)[3] + 0.5) / 4294967296.0);
}

TEST_CASE("the content hash tells large ids apart") {
  const auto hash = [](std::int64_t id) { return content_hash(std::vector<std::int64_t>{id}); };
  CHECK(hash(5) != hash(5 + (std::int64_t{1} << 32)));
  CHECK(hash(151936) != hash(126336));
}

}  // namespace
}  // namespace smdm
