// Arithmetic of fractions and square roots in 128 bits, every operation checked for overflow. Roots
// are brought to square-free radicands, so that equal numbers have equal terms and comparing them
// is comparing these.
#include "tasks/answers/exact_number.hpp"

#include <cstdlib>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

namespace smdm {
namespace {

constexpr std::int64_t kTrialDivisors = 100'000;
constexpr std::int64_t kLargestExponent = 1'000;
constexpr std::size_t kMostTerms = 64;

[[noreturn]] void give_up(const char* why) {
  throw std::range_error(why);
}

Int128 multiply(Int128 a, Int128 b) {
  Int128 product = 0;
  if (__builtin_mul_overflow(a, b, &product)) give_up("more than 127 bits");
  return product;
}

Int128 add(Int128 a, Int128 b) {
  Int128 sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) give_up("more than 127 bits");
  return sum;
}

Int128 magnitude(Int128 value) {
  return value < 0 ? multiply(value, -1) : value;
}

Int128 greatest_common_divisor(Int128 a, Int128 b) {
  while (b != 0) a = std::exchange(b, a % b);
  return a;
}

Fraction multiply(const Fraction& a, const Fraction& b) {
  // Crosswise reduction first: a product that fits is then never lost on the way.
  const Fraction x = make_fraction(a.numerator, b.denominator);
  const Fraction y = make_fraction(b.numerator, a.denominator);
  return {.numerator = multiply(x.numerator, y.numerator),
          .denominator = multiply(x.denominator, y.denominator)};
}

Fraction add(const Fraction& a, const Fraction& b) {
  const Int128 shared = greatest_common_divisor(a.denominator, b.denominator);
  const Int128 left = multiply(a.numerator, b.denominator / shared);
  const Int128 right = multiply(b.numerator, a.denominator / shared);
  return make_fraction(add(left, right), multiply(a.denominator / shared, b.denominator));
}

/// base^exponent, or nothing where that is above the limit; base and limit >= 0.
std::optional<Int128> power_within(Int128 base, std::int64_t exponent, Int128 limit) {
  Int128 result = 1;
  for (std::int64_t i = 0; i < exponent; ++i) {
    if (base != 0 && result > limit / base) return std::nullopt;
    result *= base;
  }
  return result;
}

/// The largest whole r with r^degree <= value; value >= 0, degree >= 2.
Int128 root_below(Int128 value, std::int64_t degree) {
  Int128 low = 0;
  Int128 high =
      Int128{std::numeric_limits<std::uint64_t>::max()} + 1;  // 2^64, whose square is above all
  while (high - low > 1) {
    const Int128 middle = (low + high) / 2;
    (power_within(middle, degree, value) ? low : high) = middle;
  }
  return low;
}

/// value = square^2 * rest with a square-free rest.
struct SquareParts {
  Int128 square = 1;
  Int128 rest = 1;
};

SquareParts split_square(Int128 value) {
  SquareParts parts;
  for (Int128 p = 2; p <= kTrialDivisors && p * p <= value; ++p) {
    bool odd = false;
    for (; value % p == 0; value /= p) {
      if (odd) parts.square *= p;
      odd = !odd;
    }
    if (odd) parts.rest *= p;
  }
  // All factors left exceed the divisors tried, so below their cube there are two at most.
  const Int128 whole = root_below(value, 2);
  if (whole * whole == value) {
    parts.square = multiply(parts.square, whole);
    return parts;
  }
  constexpr Int128 kTwoFactorsAtMost = Int128{kTrialDivisors} * kTrialDivisors * kTrialDivisors;
  if (value > kTwoFactorsAtMost) give_up("a radicand with factors that were not found");
  parts.rest = multiply(parts.rest, value);
  return parts;
}

}  // namespace

Fraction make_fraction(Int128 numerator, Int128 denominator) {
  if (denominator == 0) give_up("division by zero");
  const Int128 shared = greatest_common_divisor(magnitude(numerator), magnitude(denominator));
  const Int128 sign = denominator < 0 ? -1 : 1;
  return {.numerator = multiply(numerator / shared, sign),
          .denominator = magnitude(denominator) / shared};
}

ExactNumber::ExactNumber(Fraction fraction) {
  add_term(1, fraction);
}

void ExactNumber::add_term(std::int64_t radicand, const Fraction& factor) {
  if (terms_.size() >= kMostTerms) give_up("a long sum of roots");
  Fraction& term = terms_[radicand];
  term = add(term, factor);
  if (term.numerator == 0) terms_.erase(radicand);
}

Fraction ExactNumber::fraction() const {
  if (terms_.empty()) return {};
  if (terms_.size() > 1 || terms_.begin()->first != 1) give_up("not a fraction");
  return terms_.begin()->second;
}

std::int64_t ExactNumber::small_integer() const {
  const Fraction value = fraction();
  if (value.denominator != 1 || magnitude(value.numerator) > kLargestExponent) {
    give_up("not a small whole number");
  }
  return static_cast<std::int64_t>(value.numerator);
}

ExactNumber ExactNumber::operator-() const {
  return *this * ExactNumber(Fraction{.numerator = -1, .denominator = 1});
}

ExactNumber ExactNumber::operator+(const ExactNumber& other) const {
  ExactNumber sum = *this;
  for (const auto& [radicand, factor] : other.terms_) sum.add_term(radicand, factor);
  return sum;
}

ExactNumber ExactNumber::operator*(const ExactNumber& other) const {
  ExactNumber product;
  for (const auto& [m, a] : terms_) {
    for (const auto& [n, b] : other.terms_) {
      // sqrt(m) * sqrt(n) = g * sqrt(m/g * n/g), square-free again
      const auto shared = static_cast<std::int64_t>(greatest_common_divisor(m, n));
      const Int128 radicand = multiply(m / shared, n / shared);
      if (radicand > std::numeric_limits<std::int64_t>::max()) give_up("a long radicand");
      product.add_term(static_cast<std::int64_t>(radicand),
                       multiply(multiply(a, b), Fraction{.numerator = shared, .denominator = 1}));
    }
  }
  return product;
}

ExactNumber ExactNumber::operator/(const ExactNumber& other) const {
  if (other.terms_.size() != 1) give_up("division by zero or by a sum of roots");
  // 1 / (a * sqrt(n)) = sqrt(n) / (a * n)
  const auto& [radicand, factor] = *other.terms_.begin();
  ExactNumber inverse;
  inverse.add_term(radicand,
                   make_fraction(factor.denominator, multiply(factor.numerator, Int128{radicand})));
  return *this * inverse;
}

ExactNumber ExactNumber::absolute() const {
  if (terms_.size() > 1) give_up("the sign of a sum of roots");
  return terms_.empty() || terms_.begin()->second.numerator > 0 ? *this : -*this;
}

ExactNumber ExactNumber::factorial() const {
  const std::int64_t n = small_integer();
  if (n < 0) give_up("the factorial of a negative number");
  Int128 product = 1;
  for (std::int64_t i = 2; i <= n; ++i) product = multiply(product, i);
  return ExactNumber(Fraction{.numerator = product, .denominator = 1});
}

ExactNumber ExactNumber::root(const ExactNumber& degree) const {
  const Fraction value = fraction();
  const std::int64_t n = degree.small_integer();
  if (value.numerator < 0 || n < 1) give_up("the root of a negative number, or no root");
  if (n == 1) return *this;
  const Int128 top = root_below(value.numerator, n);
  const Int128 bottom = root_below(value.denominator, n);
  const bool whole = power_within(top, n, value.numerator) == value.numerator &&
                     power_within(bottom, n, value.denominator) == value.denominator;
  if (whole) return ExactNumber(make_fraction(top, bottom));
  if (n != 2) give_up("a root above the second");
  // sqrt(a/b) = sqrt(a*b) / b
  const SquareParts parts = split_square(multiply(value.numerator, value.denominator));
  if (parts.rest > std::numeric_limits<std::int64_t>::max()) give_up("a long radicand");
  ExactNumber result;
  result.add_term(static_cast<std::int64_t>(parts.rest),
                  make_fraction(parts.square, value.denominator));
  return result;
}

ExactNumber ExactNumber::power(const ExactNumber& exponent) const {
  const Fraction wanted = exponent.fraction();
  const ExactNumber one(Fraction{.numerator = 1, .denominator = 1});
  if (terms_.empty() && wanted.numerator <= 0) give_up("zero to a power that is not positive");
  const ExactNumber base =
      wanted.denominator == 1
          ? *this
          : root(ExactNumber(Fraction{.numerator = wanted.denominator, .denominator = 1}));
  const std::int64_t n =
      ExactNumber(Fraction{.numerator = wanted.numerator, .denominator = 1}).small_integer();
  ExactNumber result = one;
  for (std::int64_t i = 0; i < std::abs(n); ++i) result = result * base;
  return n < 0 ? one / result : result;
}

}  // namespace smdm
