// The reader of numbers that options are given.
#include "harness/cli/read_number.hpp"

#include <cstdint>
#include <limits>

#include "base/error.hpp"
#include "harness/settings/refuse.hpp"
#include "tests/support/catch.hpp"

namespace smdm {

TEST_CASE("whole numbers are decimal whatever they begin with") {
  CHECK(read_number<std::uint64_t>("--seed", "010") == 10);
  CHECK(read_number<std::uint64_t>("--seed", "08") == 8);
  CHECK(read_number<std::int64_t>("--steps", "0100") == 100);
  CHECK(read_number<int>("--threads", "+007") == 7);
  CHECK(read_number<std::int64_t>("--steps", "-010") == -10);
  CHECK(read_number<std::uint32_t>("--seed", "-0") == 0);
  for (const char* wrong : {"", "+", "-", "+-1", "++1", "--1", "0x10", "0b1", "1e3", "1.0", "1_000",
                            "1'000", " 5", "5 ", "5\n", "nan", "inf", "\u0663"}) {
    INFO(wrong);
    CHECK_THROWS_AS(read_number<std::int64_t>("--steps", wrong), Error);
    CHECK_THROWS_AS(read_number<std::uint32_t>("--seed", wrong), Error);
  }
}

TEST_CASE("whole numbers reach to the limits of their type and no further") {
  CHECK(read_number<std::uint32_t>("--seed", "4294967295") == 4294967295U);
  CHECK_THROWS_AS(read_number<std::uint32_t>("--seed", "4294967296"), Error);
  CHECK_THROWS_AS(read_number<std::uint32_t>("--seed", "-1"), Error);
  CHECK(read_number<std::uint64_t>("--seed", "18446744073709551615") ==
        std::numeric_limits<std::uint64_t>::max());
  CHECK_THROWS_AS(read_number<std::uint64_t>("--seed", "18446744073709551616"), Error);
  CHECK(read_number<std::int64_t>("--steps", "-9223372036854775808") ==
        std::numeric_limits<std::int64_t>::min());
  CHECK_THROWS_AS(read_number<std::int64_t>("--steps", "9223372036854775808"), Error);
  CHECK_THROWS_AS(read_number<int>("--threads", "2147483648"), Error);
}

TEST_CASE("floating-point numbers have the usual decimal notation") {
  CHECK(read_number<double>("--cfg", "010.50") == 10.5);
  CHECK(read_number<double>("--cfg", "+1e-3") == 0.001);
  CHECK(read_number<double>("--cfg", ".5") == 0.5);
  CHECK(read_number<double>("--cfg", "-2") == -2.0);
  for (const char* wrong : {"", "+", "0x10", "0x1p3", "inf", "-inf", "nan", "infinity", "1,5", "1e",
                            " 1", "1 ", "1e999", "1e-999", "1_0"}) {
    INFO(wrong);
    CHECK_THROWS_AS(read_number<double>("--cfg", wrong), Error);
  }
}

TEST_CASE("numbers are shown by the shortest text that means them") {
  CHECK(number_text(-2.0) == "-2");
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(1e30) == "1e+30");
  CHECK(number_text(1000000.5) == "1000000.5");
}

}  // namespace smdm
