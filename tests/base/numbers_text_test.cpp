#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/text/numbers.hpp"
#include "base/text/shell.hpp"
#include "tests/support/catch.hpp"

namespace smdm {

TEST_CASE("commands are quoted as a shell reads them") {
  const std::vector<std::string> arguments = {"--task", "piqa,race", "", "it's", "a b", "$HOME"};
  CHECK(shell_command("smdm-eval", arguments) ==
        "smdm-eval --task piqa,race '' 'it'\\''s' 'a b' '$HOME'");
}

TEST_CASE("numbers as C writes them") {
  CHECK(fixed_text(0.125, 4) == "0.1250");
  CHECK(fixed_text(-0.04, 1) == "-0.0");
  CHECK(fixed_text(2.5, 0) == "2");  // to even
  CHECK(fixed_text(std::numeric_limits<double>::max(), 2).size() == 309 + 3);
  CHECK(signed_text(0.125, 2) == "+0.12");
  CHECK(signed_text(-3.0, 1) == "-3.0");
  CHECK(short_text(1.0) == "1");
  CHECK(short_text(1234567.0) == "1.23457e+06");
  CHECK(short_text(0.00001) == "1e-05");
}

TEST_CASE("what is no number has a name") {
  CHECK(fixed_text(std::nan(""), 2) == "nan");
  CHECK(signed_text(std::numeric_limits<double>::infinity(), 2) == "+inf");
  CHECK(short_text(-std::numeric_limits<double>::infinity()) == "-inf");
}

}  // namespace smdm
