/// Numbers of the form a + b*sqrt(m) + c*sqrt(n) + ..., computed without rounding.
#pragma once

#include <cstdint>
#include <map>

namespace smdm {

__extension__ typedef __int128 Int128;

/// A fraction in lowest terms with a positive denominator. Numerator and denominator have at most
/// 127 bits.
struct Fraction {
  Int128 numerator = 0;
  Int128 denominator = 1;

  friend bool operator==(const Fraction&, const Fraction&) = default;
};

/// A sum of fractions times square roots of distinct square-free whole numbers. Such roots are
/// independent over the fractions, so two numbers are equal if and only if their terms are.
///
/// Every operation throws std::range_error if its result does not fit or is none of these numbers:
/// overflow, division by zero or by a sum of roots, roots of roots, of negatives, of numbers that
/// cannot be factored within a fixed effort, zero to the power of zero.
class ExactNumber {
 public:
  ExactNumber() = default;
  explicit ExactNumber(Fraction fraction);

  [[nodiscard]] ExactNumber operator-() const;
  [[nodiscard]] ExactNumber operator+(const ExactNumber& other) const;
  [[nodiscard]] ExactNumber operator*(const ExactNumber& other) const;
  [[nodiscard]] ExactNumber operator/(const ExactNumber& other) const;
  [[nodiscard]] ExactNumber absolute() const;
  [[nodiscard]] ExactNumber factorial() const;

  /// The real, not negative root of a fraction.
  [[nodiscard]] ExactNumber root(const ExactNumber& degree) const;

  /// @param exponent  a fraction; one that is not whole needs a base that is not negative
  [[nodiscard]] ExactNumber power(const ExactNumber& exponent) const;

  friend bool operator==(const ExactNumber&, const ExactNumber&) = default;

 private:
  [[nodiscard]] Fraction fraction() const;  // itself, if it has no root in it
  [[nodiscard]] std::int64_t small_integer() const;
  void add_term(std::int64_t radicand, const Fraction& factor);

  std::map<std::int64_t, Fraction> terms_;  // square-free radicand -> factor, which is never 0
};

/// numerator / denominator in lowest terms.
/// @throws std::range_error  if the denominator is zero
[[nodiscard]] Fraction make_fraction(Int128 numerator, Int128 denominator);

}  // namespace smdm
