#include "tasks/answers/math_expression.hpp"

#include "tasks/answers/gsm8k_answer.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace smdm;

struct Pair {
  const char* left;
  const char* right;
};

ExactNumber fraction(Int128 numerator, Int128 denominator) {
  return ExactNumber(make_fraction(numerator, denominator));
}

}  // namespace

TEST_CASE("equal numbers") {
  const std::vector<Pair> pairs{
      {"72.0", "72"},
      {".5", "1/2"},
      {"1,000.50", "1000.5"},
      {"-1,000", "-1000"},
      {"1e3", "1000"},
      {"1.5E-2", "0.015"},
      {"50%", "0.5"},
      {"\\frac{50}{100}", "50%"},
      {"2^10", "1024"},
      {"2^{-1}", "0.5"},
      {"4^{1/2}", "2"},
      {"8^{2/3}", "4"},
      {"-2^2", "-4"},
      {"(-2)^2", "4"},
      {"2\\times3", "6"},
      {"2\\cdot3-1", "5"},
      {"6\\div4", "3:2"},
      {"6/2/3", "1"},
      {"1-2-3", "-4"},
      {"2(3)", "6"},
      {"(2)(3)", "6"},
      {"\\frac{1}{2}3", "1.5"},
      {"\\dfrac12", "\\tfrac{1}{2}"},
      {"\\frac{1}{\\frac{1}{2}}", "2"},
      {"\\sqrt{8}", "2\\sqrt{2}"},
      {"\\sqrt{1/2}", "\\frac{\\sqrt{2}}{2}"},
      {"\\sqrt{2}\\sqrt{3}", "\\sqrt{6}"},
      {"\\sqrt{12}+\\sqrt{3}", "\\sqrt{27}"},
      {"\\frac{6}{\\sqrt{3}}", "2\\sqrt{3}"},
      {"(1+\\sqrt{2})^2", "3+2\\sqrt{2}"},
      {"\\sqrt[3]{27}", "3"},
      {"\\sqrt{\\sqrt{16}}", "2"},
      {"\\sqrt{10000000000000000000000000000000000}", "100000000000000000"},
      {"|-5|", "5"},
      {"|-\\sqrt{4}|", "\\left|2\\right|"},
      {"\\left(5\\right)", "[5]"},
      {"\\{5\\}", "{5}"},
      {"5!", "120"},
      {"--7", "7"},
      {"+7", "7"},
      {"0.1+0.2", "0.3"},
      {"-0", "0"},
      {"72.", "72"},
      {"5.0.", "5"},
      {"(5).", "5"},
      {"72.+1", "73"},
      {"1.50000000000000000000000000000000000000000000000000", "1.5"},
  };
  for (const Pair& pair : pairs) {
    INFO(pair.left << " = " << pair.right);
    CHECK(evaluate_expression(pair.left).has_value());
    CHECK(equal_as_numbers(pair.left, pair.right));
  }
}

TEST_CASE("different numbers") {
  const std::vector<Pair> pairs{
      {"18%", "18"},
      {"0.3333333333333333", "1/3"},
      {"\\sqrt{2}", "1.4142135623730951"},
      {"\\sqrt{2}", "\\sqrt{3}"},
      {"10", "010.1"},
      {"-7", "7"},
      {"1/3+1/3+1/3", "0.99999999999999999999"},
  };
  for (const Pair& pair : pairs) {
    INFO(pair.left << " != " << pair.right);
    CHECK(evaluate_expression(pair.left).has_value());
    CHECK(evaluate_expression(pair.right).has_value());
    CHECK_FALSE(equal_as_numbers(pair.left, pair.right));
  }
}

TEST_CASE("text without a value") {
  for (const char* text : {"",
                           "x",
                           "five",
                           "10and5",
                           "sqrt{2}",
                           "frac{1}{2}",
                           "5</s>",
                           "3####4",
                           "13,####14",
                           "1,00.5",
                           "1,0000",
                           "2.5.5",
                           "3+",
                           "5-",
                           "1/2/",
                           "(1,2)",
                           "(5",
                           "5)",
                           "2**3",
                           "1/0",
                           "0/0",
                           "0^0",
                           "0^{-1}",
                           "\\sqrt{-4}",
                           "\\frac{1}",
                           "\\sqrt",
                           "\\sqrt[0]{4}",
                           ".",
                           "1e9999",
                           "2^3^2",
                           "\\text{5}",
                           "5x",
                           "2\\frac{1}{2}",
                           "\\pi",
                           "(-8)^{1/3}",
                           "1/(1+\\sqrt{2})",
                           "\\sqrt{\\sqrt{2}}",
                           "\xd9\xa1\xd9\xa2",
                           "\xc2\xbd",
                           "3 4"}) {
    INFO(text);
    CHECK_FALSE(evaluate_expression(text).has_value());
  }
}

TEST_CASE("hostile text is refused in bounded time") {
  const std::string nines = "9^9^9^9";
  CHECK_FALSE(evaluate_expression(nines).has_value());
  CHECK_FALSE(evaluate_expression("9^{9^{9^{9}}}").has_value());
  CHECK_FALSE(evaluate_expression("1000!").has_value());
  CHECK_FALSE(evaluate_expression("2^{1000}").has_value());
  CHECK_FALSE(evaluate_expression(std::string(900, '(')).has_value());
  CHECK_FALSE(evaluate_expression(std::string(100'000, '9')).has_value());
  CHECK_FALSE(evaluate_expression(std::string(60, '(') + "1" + std::string(60, ')')).has_value());
  CHECK(evaluate_expression(std::string(40, '(') + "1" + std::string(40, ')')) == fraction(1, 1));
  CHECK(evaluate_expression(std::string(900, '-') + "1") == fraction(1, 1));
  CHECK(evaluate_expression("1^{1000}") == fraction(1, 1));
  // The largest whole number of 127 bits, and the next one.
  const std::string largest = "170141183460469231731687303715884105727";
  CHECK(evaluate_expression(largest).has_value());
  CHECK(equal_as_numbers(largest, largest + ".0"));
  CHECK_FALSE(evaluate_expression("170141183460469231731687303715884105728").has_value());
  CHECK_FALSE(evaluate_expression("-" + largest + "-2").has_value());
  CHECK_FALSE(evaluate_expression("\\sqrt{" + largest + "}").has_value());  // a prime
  std::string roots = "0";
  for (int n = 2; n < 120; ++n) roots += "+\\sqrt" + std::to_string(n % 10);
  CHECK(evaluate_expression(roots).has_value());
  CHECK_FALSE(evaluate_expression("(" + roots + ")^{999}").has_value());
}

TEST_CASE("fractions agree with arithmetic over small numbers") {
  for (int a = -6; a <= 6; ++a) {
    for (int b = 1; b <= 6; ++b) {
      for (int c = -6; c <= 6; ++c) {
        for (int d = 1; d <= 6; ++d) {
          const ExactNumber x = fraction(a, b);
          const ExactNumber y = fraction(c, d);
          CHECK(x + y == fraction(a * d + c * b, b * d));
          CHECK(x * y == fraction(a * c, b * d));
          CHECK((x == y) == (a * d == c * b));
          if (c != 0) CHECK(x / y == fraction(a * d, b * c));
        }
      }
    }
  }
}

TEST_CASE("roots are exact") {
  for (int n = 0; n <= 2'000; ++n) {
    const ExactNumber value = fraction(n, 1);
    const ExactNumber root = value.root(fraction(2, 1));
    CHECK(root * root == value);
    CHECK((value * value).root(fraction(2, 1)) == value);
  }
}

// Every character of Python's str.isspace but the line end.
TEST_CASE("white space around a number and between its parts does not change it") {
  for (const char* space :
       {" ",      "\t",     "\v",     "\f",     "\r",     "\x1c",   "\x1d",   "\x1e",
        "\x1f",   "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
        "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
        "\u2029", "\u202f", "\u205f", "\u3000", "\n",     "\r\n \t"}) {
    const std::string s = space;
    INFO(s);
    for (const auto& five :
         {"5" + s, s + "5", s + "5" + s, "5." + s, s + "5.0" + s, "-" + s + "5" + s + "+10",
          "2" + s + "+" + s + "3", "2" + s + "\\times" + s + "3" + s + "-1",
          "(" + s + "5" + s + ")", "\\frac{" + s + "10" + s + "}" + s + "{2}",
          "\\sqrt{" + s + "25" + s + "}", "500" + s + "%"}) {
      INFO(five);
      CHECK(equal_as_numbers(five, "5"));
      CHECK(equal_as_numbers("5", five));
    }
    for (const auto& none : {"5" + s + "5", "1" + s + ",000", "1," + s + "000", "5" + s + "e3",
                             "5e" + s + "3", "5" + s + ".5", "\\ti" + s + "mes5", s}) {
      INFO(none);
      CHECK_FALSE(evaluate_expression(none).has_value());
    }
  }
  CHECK_FALSE(evaluate_expression("5\u200b").has_value());  // invisible, but no white space
  CHECK_FALSE(evaluate_expression("\ufeff5").has_value());
}
